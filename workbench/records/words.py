"""Words that a register keeps, and papers of which it keeps the hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from workbench.errors import BadInput, Failed
from workbench.records.registers import storable

__all__ = ["line", "paper_hash"]


def line(text: str, what: str, *, longest: int, needed: bool = False) -> str:
    """Return words as one line.

    Raises
    ------
    BadInput
        There are none and some are ``needed``, too many, or some that not every database keeps.
    """
    text = " ".join(text.split())
    if needed and not text:
        raise BadInput(f"The {what} is missing.", "Give it in words, as its paper has it.")
    if len(text) > longest or not storable(text):
        raise BadInput(f"The {what} cannot be kept as it is.", f"At most {longest} characters.")
    return text


def paper_hash(file: Path, what: str) -> str:
    """Return the SHA-256 of a paper's file, hexadecimal; raises Failed where it cannot be read."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise Failed(
            f"The file of the {what} cannot be read ({type(error).__name__}).", "Check its path."
        ) from None
