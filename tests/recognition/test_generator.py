"""Synthetic plates: what is drawn is what is said, by the seed, and the camera leaves it a plate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.analysis.plates import ALPHABET, STATES, formats
from workbench.errors import Failed

pytest.importorskip("cv2", reason="OpenCV is not installed")

from workbench.recognition.training import camera, corpus, flat, fonts, numbers, strokes


def faces() -> fonts.Faces:
    """The face that matplotlib carries, so that no font has to be installed."""
    import matplotlib as mpl

    face = str(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf")
    return fonts.Faces((face,), (face,))


@pytest.mark.parametrize("character", ALPHABET)
def test_a_die_draws_every_character_within_its_cell(character: str) -> None:
    rng = np.random.default_rng(3)
    for _ in range(12):
        mask = strokes.stroke_glyph(character, strokes.random_die(rng), 60)
        assert mask.shape[0] == 60
        assert mask.max() == 255
        assert mask[:4].any(), "from the top"
        assert mask[-4:].any(), "to the bottom"
        assert mask[:, : mask.shape[1] // 2 + 1].any()
        assert mask[:, mask.shape[1] // 2 :].any()


def test_characters_of_one_die_differ_but_for_o_and_zero() -> None:
    die = strokes.Die(0.5, 0.12, 0.9, {"1": 1, "I": 0})
    drawn = {c: strokes.stroke_glyph(c, die, 80).tobytes() for c in ALPHABET}
    assert drawn["O"] == drawn["0"]
    del drawn["O"]
    assert len(set(drawn.values())) == len(drawn)


def test_numbers_can_be_drawn_and_most_of_half_are_of_the_states_series() -> None:
    rng = np.random.default_rng(5)
    drawn = [numbers.random_number(rng, "CA") for _ in range(600)]
    for number in drawn:
        assert 1 <= len(number.text) <= numbers.MAX_CHARACTERS
        assert set(number.text) <= set(ALPHABET)
        assert number.text == "".join(c for c in number.pieces if c not in numbers.SIGNS)
        assert 0 <= number.stacked_at <= len(number.pieces)
    serial = sum(any(f.matches(number.text) for f in formats("CA")) for number in drawn)
    assert 0.35 < serial / len(drawn) < 0.75
    assert {"1", "I", "T"} <= set("".join(number.text for number in drawn))


def test_where_a_one_is_a_bar_an_i_has_serifs_mostly() -> None:
    dies = [strokes.random_die(np.random.default_rng(seed)) for seed in range(400)]
    serifs = [die.forms["I"] for die in dies if die.forms["1"] == 0]
    assert len(serifs) > 80
    assert 0.75 < np.mean(serifs) < 1.0


def test_a_one_is_far_more_frequent_than_an_i() -> None:
    rng = np.random.default_rng(11)
    drawn = "".join(
        numbers.random_number(rng, state).text for state in sorted(STATES) * 20 if state in looks()
    )
    assert drawn.count("1") > 2 * drawn.count("I") > 0


def looks() -> set[str]:
    return set(fonts.read_data("designs.yaml")["states"])


def test_series_seldom_hold_letters_that_look_like_digits() -> None:
    rng = np.random.default_rng(12)
    design = fonts.read_data("designs.yaml")["states"]["AR"]
    letters = [c for _ in range(500) for c in numbers._serial(rng, "AR", design) if c.isalpha()]
    assert 0 < np.mean([c in "IOQ" for c in letters]) < 0.06


def test_what_is_spoken_is_letters_of_all_kinds_and_a_digit_now_and_then() -> None:
    rng = np.random.default_rng(13)
    said = [numbers._spoken(rng) for _ in range(400)]
    assert all(set(word) <= set(ALPHABET) and 3 <= len(word) <= 8 for word in said)
    assert 0.05 < np.mean([any(c.isdigit() for c in word) for word in said]) < 0.3
    assert len(set(said)) > 350


def test_most_numbers_of_virginia_have_serifs(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    plain = flat.face_glyph

    def noted(face: str, character: str) -> strokes.Mask:
        drawn.append(face)
        return plain(faces().characters[0], character)

    monkeypatch.setattr(flat, "face_glyph", noted)
    sans = faces()
    with_serifs = fonts.Faces(sans.characters, sans.captions, ("serifs.ttf",))
    number = numbers.Number("A", "A", "", 0)
    for state, least, most in (("VA", 15, 20), ("TX", 0, 4)):
        drawn.clear()
        for seed in range(20):
            rng = np.random.default_rng(seed)
            flat.draw_plate(rng, with_serifs, state=state, number=number)
        assert least <= drawn.count("serifs.ttf") <= most


@pytest.mark.parametrize("state", sorted(set(STATES) - {"AS", "GU", "MP", "PR", "VI"}))
def test_every_state_has_a_look_and_a_series(state: str) -> None:
    plate = flat.draw_plate(np.random.default_rng(1), faces(), state=state)
    design = fonts.read_data("designs.yaml")["states"][state]
    assert plate.state == state
    assert plate.image.shape == (flat.HEIGHT, flat.WIDTH, 3)
    assert plate.image.std() > 5
    assert bool(formats(state)) != ("series" in design)


def test_the_same_seed_gives_the_same_plate() -> None:
    first, again, other = (
        flat.draw_plate(np.random.default_rng(seed), faces()) for seed in (8, 8, 9)
    )
    assert first.number == again.number
    assert (first.image == again.image).all()
    assert (first.image != other.image).any()


def test_the_number_asked_for_is_on_the_plate() -> None:
    drawn = [
        flat.draw_plate(np.random.default_rng(4), faces(), number=numbers.Number(t, t, "", 0))
        for t in ("ABC123", "ABC124")
    ]
    assert [plate.number.text for plate in drawn] == ["ABC123", "ABC124"]
    assert (drawn[0].image != drawn[1].image).any()


def test_a_camera_gives_the_size_asked_for_and_never_the_same_picture() -> None:
    rng = np.random.default_rng(2)
    plate = flat.as_gray(rng, flat.draw_plate(rng, faces()).image)
    scene = camera.with_surroundings(rng, plate)
    assert scene.shape == (
        flat.HEIGHT + 2 * camera.MARGIN_Y,
        flat.WIDTH + 2 * camera.MARGIN_X,
    )
    pictures = [camera.photograph(rng, scene, (64, 192)) for _ in range(60)]
    assert {p.shape for p in pictures} == {(64, 192)}
    assert {p.dtype for p in pictures} == {np.dtype(np.uint8)}
    assert len({p.tobytes() for p in pictures}) == 60


def test_a_shard_holds_what_it_says_whatever_draws_it(tmp_path: Path) -> None:
    part = corpus._draw_part(faces(), (1, 0, 0, 6))
    again = corpus._draw_part(faces(), (1, 0, 0, 6))
    assert part[1] == again[1]
    assert (part[0] == again[0]).all()
    np.save(tmp_path / "000.npy", part[0])
    (tmp_path / "000.json").write_text(str(part[1]).replace("'", '"'))
    (shard,) = corpus.open_shards(tmp_path)
    assert shard.texts == tuple(part[1])
    assert (shard.scenes == part[0]).all()


def test_missing_fonts_are_named_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="only 0 are there"):
        fonts.find_faces(tmp_path)


def test_each_font_package_has_a_license() -> None:
    table = fonts.read_data("fonts.yaml")
    assert len(table) > 40
    assert all(row["license"] and row["from"] in ("debian", "npm") for row in table)
