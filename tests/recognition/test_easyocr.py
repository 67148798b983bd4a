"""EasyOCR as an engine: the same reader, the same answers; and clear words where something is missing."""

from __future__ import annotations

import json
import shutil
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import BadInput, Failed
from workbench.recognition.easy import EasyOcrEnglish, EasyOcrReader
from workbench.recognition.engines import ENGINES, engine
from workbench.recognition.reader import PlateReader

WEIGHTS = Path(str(resources.files("workbench.recognition") / "weights"))


def installed() -> bool:
    try:
        import easyocr  # noqa: F401
    except (ImportError, RuntimeError):
        return False
    return True


needs_easyocr = pytest.mark.skipif(not installed(), reason="the extra easyocr is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("plates.pth", "plate-reader.json"):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    return tmp_path


def test_without_it_the_message_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "easyocr", None)
    for make in (EasyOcrReader, EasyOcrEnglish):
        with pytest.raises(Failed) as caught:
            make()
        assert "alpr-workbench[easyocr]" in str(caught.value)


def test_weights_that_were_changed_are_not_loaded(folder: Path) -> None:
    # EasyOCR unpickles what is in the file: nothing but what was named may get so far.
    with (folder / "plates.pth").open("ab") as file:
        file.write(b"more")
    with pytest.raises(Failed, match="SHA-256"):
        EasyOcrReader(folder)


def test_weights_that_are_missing_are_said(folder: Path) -> None:
    (folder / "plates.pth").unlink()
    with pytest.raises(Failed, match="missing"):
        EasyOcrReader(folder)


def test_the_shipped_weights_are_those_that_are_named() -> None:
    described = json.loads((WEIGHTS / "plate-reader.json").read_text())
    assert len(described["easyocr_sha256"]) == 64
    assert (WEIGHTS / "plates.pth").stat().st_size < 5_000_000


def test_it_is_an_engine_by_name() -> None:
    assert {"easyocr", "easyocr-english"} <= set(ENGINES)
    with pytest.raises(BadInput, match="no engine"):
        engine("easyocr-german")


@needs_easyocr
@pytest.mark.filterwarnings("ignore:'pin_memory' argument")
def test_it_reads_what_the_default_engine_reads() -> None:
    cv2 = pytest.importorskip("cv2")
    crops = []
    for text in ("7ABX123", "8CAC1II", "LUV2SRF", "1123355", "O0DQ8B6", "", "A"):
        crop = np.full((70, 210), 225, np.uint8)
        cv2.putText(crop, text, (8, 50), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 30, 4, cv2.LINE_AA)
        crops.append(crop)
    crops.append(np.random.default_rng(1).integers(0, 255, (40, 90, 3)).astype(np.uint8))
    ours, theirs = PlateReader(), EasyOcrReader()
    for one, other, crop in zip(ours.read(crops), theirs.read(crops), crops, strict=True):
        assert other.text == one.text == theirs.text(crop)
        assert other.probability == pytest.approx(one.probability, abs=0.02)
        assert len(other.positions) == len(one.positions)


@needs_easyocr
def test_the_english_model_is_never_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import easyocr.easyocr

    monkeypatch.setattr(easyocr.easyocr, "MODULE_PATH", str(tmp_path))
    monkeypatch.setattr(
        easyocr.easyocr, "download_and_unzip", lambda *_, **__: pytest.fail("a download was tried")
    )
    with pytest.raises(Failed, match="not on this machine"):
        EasyOcrEnglish()
