"""A package of evidence as BagIt bags: split to fit a medium, listed for a clerk, hashed and signed."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from workbench.audit.keys import RecordKey
from workbench.custody import verify_bag
from workbench.errors import BadInput

__all__ = ["MEDIA", "Item", "Placed", "pack", "place"]

MEDIA = {"dvd": 4_700_000_000, "cd": 700_000_000, "bluray": 25_000_000_000, "usb": 0}
"""Bytes that a medium holds; 0 for one that holds anything."""

_SPARE = 0.95  # the rest is for the file system and the bag's own lists
_OWN = 64 * 1024  # contents, lists, keys and the script that verifies
_bagging = threading.Lock()  # bagit changes the working directory while it makes a bag


@dataclass(frozen=True, slots=True)
class Item:
    """One file: where it goes below ``data/``, what it is in words, and its bytes or the file that has them."""

    path: str
    what: str
    content: bytes | Path

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)

    def sha256(self) -> str:
        """Return its hash."""
        if isinstance(self.content, bytes):
            return hashlib.sha256(self.content).hexdigest()
        with self.content.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Placed:
    """An item and the part that it goes on, counted from 1."""

    item: Item
    part: int


def place(items: Sequence[Item], capacity: int) -> list[Placed]:
    """Put items on as few media as filling them in order takes.

    Parameters
    ----------
    capacity : int
        Bytes that a medium holds; 0 for one that holds anything.

    Raises
    ------
    BadInput
        One file alone is larger than the medium.
    """
    if not capacity:
        return [Placed(item, 1) for item in items]
    room = int(capacity * _SPARE) - _OWN
    placed, part, used = [], 1, 0
    for item in items:
        size = item.size + 512  # its lines in the lists
        if size > room:
            raise BadInput(
                f"One file of the package is larger than the medium ({item.size:,} bytes).",
                "Choose a larger medium, or leave that report out.",
            )
        if used + size > room:
            part, used = part + 1, 0
        used += size
        placed.append(Placed(item, part))
    return placed


def pack(
    folder: Path, placed: Sequence[Placed], about: Mapping[str, str], sheet: str, key: RecordKey
) -> str:
    """Write the parts as signed bags below a folder; return the hash of their lists' hashes.

    Parameters
    ----------
    about : mapping
        What bag-info.txt says beside sizes and counts.
    sheet : str
        The contents for a clerk to read, without the list of files, which is added.
    """
    import bagit

    parts = max((each.part for each in placed), default=1)
    listing = _listing(placed, parts)
    whole = hashlib.sha256()
    for part in range(1, parts + 1):
        target = folder / f"part-{part}-of-{parts}"
        target.mkdir(mode=0o700)
        mine = [each.item for each in placed if each.part == part]
        text = f"{sheet}\nThis is part {part} of {parts}.\n\n{listing}"
        for item in [*mine, Item("CONTENTS.txt", "", text.encode())]:
            _write(target / item.path, item)
        info = {**about, "Bag-Count": f"{part} of {parts}"}
        with _bagging:
            bagit.make_bag(str(target), info, checksums=["sha256"])
        _sign(target, key)
        whole.update((target / "tagmanifest-sha256.txt").read_bytes())
        if found := verify_bag.problems(target):
            raise OSError(f"the package does not read back as it was written: {len(found)} files")
    return whole.hexdigest()


def _listing(placed: Iterable[Placed], parts: int) -> str:
    lines = ["FILES", ""]
    for each in placed:
        where = f"part {each.part}, " if parts > 1 else ""
        lines += [
            f"data/{each.item.path}",
            f"    {each.item.what}",
            f"    {where}{each.item.size:,} bytes, SHA-256 {each.item.sha256()}",
        ]
    return "\n".join(lines) + "\n"


def _write(path: Path, item: Item) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if isinstance(item.content, Path):
        shutil.copyfile(item.content, path)
    else:
        path.write_bytes(item.content)
    path.chmod(0o600)


def _sign(bag: Path, key: RecordKey) -> None:
    """Put signature, key and the script that verifies beside the lists."""
    message = (bag / "tagmanifest-sha256.txt").read_bytes()
    (bag / "signature.txt").write_text(key.sign(message) + "\n")
    pem = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (bag / "record.pub").write_bytes(pem)
    shutil.copyfile(verify_bag.__file__, bag / "verify.py")
