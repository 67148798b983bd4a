"""Words that a register keeps, and the hash of a paper."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from workbench.errors import BadInput, Failed
from workbench.records.words import line, paper_hash


def test_words_are_kept_on_one_line() -> None:
    assert line("  Superior\n Court ", "court", longest=14) == "Superior Court"
    assert line(" ", "note", longest=5) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (" \n", "court is missing"),
        ("Superior Court", "court cannot be kept"),
        ("\ud800", "court cannot be kept"),
    ],
)
def test_words_that_will_not_do(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as error:
        line(text, "court", longest=13, needed=True)
    assert "Superior" not in str(error.value)


def test_a_paper_is_known_by_its_hash(tmp_path: Path) -> None:
    paper = tmp_path / "order.pdf"
    paper.write_bytes(b"%PDF")
    assert paper_hash(paper, "order") == hashlib.sha256(b"%PDF").hexdigest()
    with pytest.raises(Failed, match=r"file of the order cannot be read \(FileNotFoundError\)"):
        paper_hash(tmp_path / "gone.pdf", "order")
