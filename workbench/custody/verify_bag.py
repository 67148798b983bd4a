"""Verify a package of evidence with nothing but Python.

Call it as ``python3 verify.py [FOLDER ...] [--key record.pub]``.
Checks of each part that every file is there and unchanged, that no file was added, and that the list of files was
signed by the key that came with it, or better by the key that --key names: ask the agency for its key or the key's
number, by telephone. Exit code 0: all is well; 1: something is wrong.

This file needs no other: it is copied into every package as it stands.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import sys
from pathlib import Path

__all__ = ["key_id", "main", "problems", "verifies"]

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
ROOT = pow(2, (PRIME - 1) // 4, PRIME)
POINT_BYTES = 32

Point = tuple[int, int, int, int]


def _recover_x(y: int, sign: int) -> int | None:
    if y >= PRIME:
        return None
    square = (y * y - 1) * pow(CURVE * y * y + 1, PRIME - 2, PRIME) % PRIME
    if square == 0:
        return None if sign else 0
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if (x * x - square) % PRIME:
        x = x * ROOT % PRIME
    if (x * x - square) % PRIME:
        return None
    return PRIME - x if (x & 1) != sign else x


def _point(data: bytes) -> Point | None:
    if len(data) != POINT_BYTES:
        return None
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = _recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % PRIME)


def _add(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % PRIME
    b = (p[1] + p[0]) * (q[1] + q[0]) % PRIME
    c = 2 * p[3] * q[3] * CURVE % PRIME
    d = 2 * p[2] * q[2] % PRIME
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME


def _times(number: int, p: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number > 0:
        if number & 1:
            total = _add(total, p)
        p = _add(p, p)
        number >>= 1
    return total


def _same(p: Point, q: Point) -> bool:
    return (p[0] * q[2] - q[0] * p[2]) % PRIME == 0 and (p[1] * q[2] - q[1] * p[2]) % PRIME == 0


def verifies(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature (RFC 8032) of a message was made with a key's private half."""
    if len(signature) != 2 * POINT_BYTES:
        return False
    a, r = _point(key), _point(signature[:POINT_BYTES])
    s = int.from_bytes(signature[POINT_BYTES:], "little")
    y = 4 * pow(5, PRIME - 2, PRIME) % PRIME
    x = _recover_x(y, 0)
    if a is None or r is None or x is None or s >= ORDER:
        return False
    base: Point = (x, y, 1, x * y % PRIME)
    digest = hashlib.sha512(signature[:POINT_BYTES] + key + message).digest()
    return _same(_times(s, base), _add(r, _times(int.from_bytes(digest, "little") % ORDER, a)))


def _raw_key(pem: str) -> bytes:
    lines = [line.strip() for line in pem.splitlines() if line and not line.startswith("-----")]
    return base64.b64decode("".join(lines))[-POINT_BYTES:]


def key_id(pem: str) -> str:
    """Return the number by which an agency names its key: 16 digits of its SHA-256."""
    return hashlib.sha256(_raw_key(pem)).hexdigest()[:16]


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _listed(folder: Path, name: str) -> dict[str, str]:
    found = {}
    for line in (folder / name).read_text(encoding="utf-8").splitlines():
        digest, _, path = line.partition(" ")
        found[path.strip()] = digest.lower()
    return found


def problems(folder: Path, key: str | None = None) -> list[str]:
    """Return what is wrong with one part of a package; nothing where all is well.

    Parameters
    ----------
    folder : Path
        The part: it holds bagit.txt.
    key : str, optional
        The agency's public key as PEM; the one in the part where left out.
    """
    wrong: list[str] = []
    try:
        payload = _listed(folder, "manifest-sha256.txt")
        tags = _listed(folder, "tagmanifest-sha256.txt")
        message = (folder / "tagmanifest-sha256.txt").read_bytes()
        signature = bytes.fromhex((folder / "signature.txt").read_text().strip())
        pem = key or (folder / "record.pub").read_text()
        if not verifies(_raw_key(pem), message, signature):
            wrong.append("the signature does not hold")
    except (OSError, ValueError) as error:
        return [f"a list, the signature or the key is missing or damaged ({type(error).__name__})"]
    for path, digest in {**payload, **tags}.items():
        file = folder / path
        if not file.resolve().is_relative_to(folder.resolve()) or file.is_symlink():
            wrong.append(f"leads out of the package: {path}")
        elif not file.is_file():
            wrong.append(f"missing: {path}")
        elif _hash(file) != digest:
            wrong.append(f"changed: {path}")
    there = {
        each.relative_to(folder).as_posix()
        for each in (folder / "data").rglob("*")
        if each.is_file() or each.is_symlink()
    }
    return wrong + [f"added: {path}" for path in sorted(there - set(payload))]


def main(arguments: list[str] | None = None) -> int:
    """Verify the parts that are named, or the one that this file lies in."""
    parser = argparse.ArgumentParser(description="Verify a package of evidence.")
    parser.add_argument("folders", nargs="*", type=Path, default=[Path(__file__).resolve().parent])
    parser.add_argument("--key", type=Path, help="the agency's public key, got from the agency")
    given = parser.parse_args(arguments)
    key = given.key.read_text() if given.key else None
    bad = 0
    for folder in given.folders:
        found = problems(folder, key)
        bad += bool(found)
        print(f"{folder.name}: {'NOT AS IT LEFT' if found else 'as it left the agency'}")  # noqa: T201
        for each in found:
            print(f"  {each}")  # noqa: T201
        if not found and key is None:
            number = key_id((folder / "record.pub").read_text())
            print(f"  signed with key {number}: ask the agency whether that is its own")  # noqa: T201
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
