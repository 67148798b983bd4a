"""Papers that belong to an entry (a scanned request, a signed agreement): kept beside the database under their hash."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from workbench.custody.sealed_zip import write_whole
from workbench.errors import BadInput, Failed
from workbench.settings import Settings

__all__ = ["Paper", "find", "hand_out", "keep", "look"]

_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Paper:
    """A file's name as it came, and its SHA-256, under which it is kept."""

    name: str
    sha256: str
    content: bytes


def look(path: Path) -> Paper:
    """Read a paper that is to be kept.

    Raises
    ------
    BadInput
        It is no file, is empty or larger than 64 MB, or its name cannot be kept.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if path.is_file() and 0 < size <= _LARGEST else b""
    except OSError:
        content = b""
    if not content or not path.name.isprintable():
        raise BadInput(
            "The attached file cannot be read, is empty, or is larger than 64 MB.",
            "Give a scan or a text of the paper.",
        )
    return Paper(path.name, hashlib.sha256(content).hexdigest(), content)


def keep(settings: Settings, paper: Paper) -> Path:
    """Write a paper under its hash, whole or not at all, for its owner alone; keeping it twice changes nothing."""
    folder = settings.home / "papers"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / paper.sha256
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == paper.sha256:
        return target
    part = folder / f".{paper.sha256}.part"  # what somebody who was killed left is written over
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(paper.content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    return target


def find(settings: Settings, sha256: str) -> bytes | None:
    """Return a paper by its hash; None where it is gone or is no longer what it was."""
    try:
        content = (settings.home / "papers" / sha256).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def hand_out(settings: Settings, sha256: str, name: str, out: Path) -> Path:
    """Copy a paper under its own name into a folder, and return where it lies.

    Raises
    ------
    BadInput
        There is none, or another file of that name lies there.
    Failed
        The kept paper is gone or was changed, or the folder cannot be written.
    """
    if not sha256:
        raise BadInput("No paper was attached.", "See its entry.")
    content = find(settings, sha256)
    if content is None:
        raise Failed(
            "The kept paper is gone or was changed.", "Restore papers/ in the home from its backup."
        )
    path = out / name
    try:
        out.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() != content:
            raise BadInput("There is another file of that name there.", "Choose another folder.")
        write_whole(path, content)
    except OSError as error:
        raise Failed(
            f"The paper cannot be written there: {error.strerror}.", "Choose another folder."
        ) from None
    return path.absolute()
