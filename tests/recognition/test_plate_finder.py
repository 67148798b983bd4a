"""The plate finder on pictures made here: what it finds, where, what it leaves alone, and when it refuses."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from workbench.errors import BadInput, Failed

pytest.importorskip("cv2", reason="OpenCV is not installed")

import cv2

from workbench.recognition.finder import Found, PlateFinder, decode, overlap, straighten, suppress
from workbench.recognition.training import strokes
from workbench.recognition.training.scenes import Scene, compose

WEIGHTS = resources.files("workbench.recognition").joinpath("weights")
DIE = strokes.Die(0.46, 0.125, 0.85, {"1": 1, "W": 1, "M": 1})
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def plate(text: str, *, ink: int = 30, ground: int = 215) -> npt.NDArray[np.uint8]:
    """A plain gray plate, 288 by 144 pixels, the number in its middle and a word above and below."""
    image = np.full((144, 288), ground, np.uint8)
    masks = [strokes.stroke_glyph(c, DIE, 66) for c in text]
    room = sum(m.shape[1] for m in masks) + 6 * (len(masks) - 1)
    x = max(4, (288 - room) // 2)
    for mask in masks:
        part = image[40:106, x : x + mask.shape[1]]
        share = mask[:, : part.shape[1]] / 255
        part[:] = (part * (1 - share) + ink * share).astype(np.uint8)
        x += mask.shape[1] + 6
    cv2.putText(image, "SANTA LUCERA", (80, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.6, ink, 2)
    cv2.putText(image, "farmland", (100, 134), cv2.FONT_HERSHEY_SIMPLEX, 0.6, ink, 2)
    return image


def random_plate(rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """A plain plate with six characters by lot, dark on light or the other way round."""
    text = "".join(rng.choice(list(LETTERS), 6))
    ink, ground = (30, 215) if rng.random() < 0.8 else (225, 60)
    return plate(text, ink=ink, ground=ground)


def scenes(seed: int, count: int, *, most: int = 2) -> list[Scene]:
    """Pictures of 1280 by 720 pixels with plates 60 to 300 pixels wide."""
    rng = np.random.default_rng(seed)
    return [
        compose(rng, random_plate, height=720, width=1280, sizes=(60, 300), most=most)
        for _ in range(count)
    ]


def rear(
    corners: list[tuple[float, float]], *, size: tuple[int, int] = (1280, 720)
) -> npt.NDArray[np.uint8]:
    """The rear of a dark car on a gray road, a plate between the corners given."""
    width, height = size
    image = np.full((height, width, 3), 125, np.uint8)
    quad = np.array(corners, np.float32)
    (x, y), unit = quad.mean(0), float(np.ptp(quad[:, 0]))

    def box(
        left: float, top: float, right: float, bottom: float, value: tuple[int, int, int]
    ) -> None:
        a = round(x + left * unit), round(y + top * unit)
        b = round(x + right * unit), round(y + bottom * unit)
        cv2.rectangle(image, a, b, value, -1)

    box(-3, -1.2, 3, 1.4, (70, 45, 40))
    box(-2.4, -2.5, 2.4, -1.2, (45, 40, 40))
    box(-3, -0.7, -2, 0, (30, 30, 170))
    box(2, -0.7, 3, 0, (30, 30, 170))
    box(-2.6, 1.4, 2.6, 2.1, (15, 15, 15))
    flat = cv2.cvtColor(plate("7ABX123"), cv2.COLOR_GRAY2BGR)
    source = np.array([[0, 0], [288, 0], [288, 144], [0, 144]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, quad)
    seen = cv2.warpPerspective(flat, matrix, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((144, 288), 255, np.uint8), matrix, (width, height))
    image[mask > 127] = seen[mask > 127]
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 0.8), np.uint8)


def upright(x: float, y: float, width: float) -> list[tuple[float, float]]:
    """Corners of a plate seen straight on, its middle at (x, y)."""
    w, h = width / 2, width / 4
    return [(x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)]


@pytest.fixture(scope="module")
def finder() -> PlateFinder:
    pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")
    return PlateFinder()


@pytest.mark.parametrize("width", [48, 70, 110, 200, 380])
def test_plates_of_many_sizes_are_found_where_they_are(finder: PlateFinder, width: int) -> None:
    corners = upright(640, 430, width)
    best = finder.find(rear(corners))[0]
    assert np.abs(np.array(best.corners) - corners).max() < 0.12 * width
    x, y, wide, tall = best.box
    assert (x, y, wide, tall) == pytest.approx(
        (640 - width / 2, 430 - width / 4, width, width / 2), abs=0.12 * width
    )
    assert 0 < best.score <= 1


def test_most_plates_of_synthetic_scenes_are_found(finder: PlateFinder) -> None:
    hits = plates = wrong = 0
    for scene in scenes(11, 16):
        found = finder.find(scene.image)
        quads = [np.array(one.corners) for one in found]
        known = [*scene.corners, *scene.unclear]
        plates += len(scene.corners)
        hits += sum(any(overlap(c, q) >= 0.5 for q in quads) for c in scene.corners)
        wrong += sum(all(overlap(c, q) < 0.1 for c in known) for q in quads)
    assert plates >= 12
    assert hits >= 0.8 * plates
    assert wrong <= 8


def test_an_empty_road_has_no_plate(finder: PlateFinder) -> None:
    assert finder.find(np.full((720, 1280, 3), 120, np.uint8)) == []
    assert finder.find(np.zeros((300, 300), np.uint8)) == []


def test_gray_and_color_give_the_same(finder: PlateFinder) -> None:
    image = rear(upright(500, 400, 120))
    color, gray = finder.find(image), finder.find(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    assert color == gray


def test_a_huge_picture_is_looked_at_smaller(finder: PlateFinder) -> None:
    corners = upright(2500, 1900, 700)
    best = finder.find(rear(corners, size=(5000, 3600)))[0]
    assert overlap(np.array(best.corners), np.array(corners)) > 0.7


@pytest.mark.parametrize("shape", [(0, 0), (0, 9), (8, 8), (23, 900), (3, 40_000), (40_000, 30, 3)])
def test_odd_shapes_are_no_error(finder: PlateFinder, shape: tuple[int, ...]) -> None:
    assert finder.find(np.zeros(shape, np.uint8)) == []


@pytest.mark.parametrize(
    "image",
    [np.zeros((90, 90)), np.zeros((90, 90, 4), np.uint8), np.zeros(90, np.uint8)],
    ids=["float", "four channels", "one row"],
)
def test_what_is_no_picture_is_refused(finder: PlateFinder, image: npt.NDArray[np.uint8]) -> None:
    with pytest.raises(BadInput, match="no picture"):
        finder.find(image)


def test_boxes_stay_inside_the_picture(finder: PlateFinder) -> None:
    image = rear(upright(1180, 660, 190))
    for found in finder.candidates(image):
        x, y, wide, tall = found.box
        assert 0 <= x <= x + wide <= 1280
        assert 0 <= y <= y + tall <= 720


def test_a_slanted_plate_is_straightened() -> None:
    corners = [(500.0, 300.0), (690.0, 330.0), (680.0, 425.0), (490.0, 395.0)]
    found = Found(tuple(corners), (490, 300, 200, 125), 0.9)
    crop = straighten(rear(corners), found, margin=0.0)
    assert crop.ndim == 3
    gray = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    wanted = cv2.resize(plate("7ABX123"), gray.shape[::-1], interpolation=cv2.INTER_AREA)
    inside = (slice(4, -4), slice(4, -4))
    assert np.abs(gray.astype(int) - wanted)[inside].mean() < 25
    wider = straighten(rear(corners), found, margin=0.1)
    assert wider.shape[1] == pytest.approx(crop.shape[1] * 1.2, abs=2)


def test_straightening_works_at_the_edge_and_in_pictures_wider_than_opencv_warps() -> None:
    wide = np.full((100, 40_000), 90, np.uint8)
    for x in (-10.0, 39_900.0):
        corners = ((x, 10.0), (x + 120, 10.0), (x + 120, 70.0), (x, 70.0))
        crop = straighten(wide, Found(corners, (0, 0, 1, 1), 0.5))
        assert crop.shape[1] > 100
        assert (crop == 90).all()


def test_large_plates_give_bounded_crops() -> None:
    corners = ((0.0, 0.0), (1999.0, 0.0), (1999.0, 999.0), (0.0, 999.0))
    crop = straighten(np.zeros((1000, 2000), np.uint8), Found(corners, (0, 0, 1, 1), 0.5))
    assert crop.shape[1] == 480


def test_peaks_become_corners() -> None:
    heat, corners = np.zeros((6, 8), np.float32), np.zeros((8, 6, 8), np.float32)
    heat[2, 3], heat[2, 4], heat[5, 7] = 0.9, 0.7, 0.05
    corners[:, 2, 3] = np.array([-1, -0.5, 1, -0.5, 1, 0.5, -1, 0.5])
    ((quad, score),) = decode(heat, corners, 0.1)
    assert score == pytest.approx(0.9)
    assert quad.tolist() == [[-4, 4], [60, 4], [60, 36], [-4, 36]]


def test_the_best_of_those_that_overlap_is_kept() -> None:
    base = np.array([[0, 0], [100, 0], [100, 50], [0, 50]], float)
    kept = suppress([(base + 8, 0.6), (base, 0.9), (base / 4 + 20, 0.5), (base + 300, 0.3)])
    assert [score for _, score in kept] == [0.9, 0.3]
    assert overlap(base, base) == pytest.approx(1)
    assert overlap(base, base + np.array([50, 0])) == pytest.approx(1 / 3)
    assert overlap(base, base + 500) == 0


def test_scenes_are_the_same_for_the_same_seed_and_have_their_plates_inside() -> None:
    for first, second in zip(scenes(5, 3), scenes(5, 3), strict=True):
        assert (first.image == second.image).all()
        assert (first.corners == second.corners).all()
    for scene in scenes(6, 8, most=3):
        assert scene.image.shape == (720, 1280)
        widths = np.linalg.norm(scene.corners[:, 1] - scene.corners[:, 0], axis=1)
        assert ((widths > 55) & (widths < 335)).all()
        assert (scene.corners > -25).all()


def test_some_scenes_have_no_plate_and_some_several() -> None:
    counts = [len(s.corners) + len(s.unclear) for s in scenes(7, 24, most=3)]
    assert 0 in counts
    assert max(counts) >= 2


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    weights = bytearray(WEIGHTS.joinpath("plate-finder.onnx").read_bytes())
    weights[5000] ^= 1
    (tmp_path / "plate-finder.onnx").write_bytes(weights)
    (tmp_path / "plate-finder.json").write_text(WEIGHTS.joinpath("plate-finder.json").read_text())
    with pytest.raises(Failed, match="SHA-256"):
        PlateFinder(tmp_path)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="missing"):
        PlateFinder(tmp_path)


def test_the_weights_ship_described() -> None:
    described = json.loads(WEIGHTS.joinpath("plate-finder.json").read_text())
    assert {"sha256", "threshold", "parameters", "held_back"} <= set(described)
    assert len(WEIGHTS.joinpath("plate-finder.onnx").read_bytes()) < 3_000_000
    card = Path(__file__).resolve().parents[2] / "docs" / "models" / "plate-finder.md"
    assert described["sha256"] in card.read_text("utf-8")


def test_the_network_is_asked_for_middles_and_corners_and_not_for_what_is_unclear() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from workbench.recognition.training.finder import marks

    quad = np.array([[[40, 30], [100, 34], [100, 64], [40, 60]]], np.float32)
    heat, aims, weights = marks(quad, quad + 120, (192, 256))
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    assert (row, column) == (47 // 8, 70 // 8)
    assert heat[row, column] == 1
    assert weights[row, column] > 0
    back = aims[:, row, column].reshape(4, 2) * 32 + np.array([column + 0.5, row + 0.5]) * 8
    assert back == pytest.approx(quad[0])
    assert heat[167 // 8, 190 // 8] == -1
    assert heat[2, 30] == 0


def test_the_threshold_is_the_lowest_at_which_most_is_a_plate() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from workbench.recognition.training.finder_export import best_threshold

    said = [(0.9, True), (0.8, True), (0.7, False), (0.6, True), (0.2, False), (0.1, True)]
    assert best_threshold(said, 4) == (0.8, 0.5, 1.0)
    assert best_threshold(said, 4, right=0.75) == (0.6, 0.75, 0.75)
    assert best_threshold([(0.9, False)], 4) == (0.5, 0.0, 0.0)
