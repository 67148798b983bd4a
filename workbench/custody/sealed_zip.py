"""A ZIP file that shows whether it is what left: a manifest of SHA-256 hashes, signed with the home's key.

``manifest-sha256.txt`` is in the form that ``sha256sum -c`` reads; ``manifest.sig`` is the Ed25519 signature of that
file's bytes; ``record.pub`` is the public key. The same contents give the same file.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from workbench.audit.keys import RecordKey
from workbench.errors import BadInput

__all__ = ["MANIFEST", "Check", "check", "seal", "write_whole"]

MANIFEST = "manifest-sha256.txt"
_SIGNATURE = "manifest.sig"
_KEY = "record.pub"
_LARGEST = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """What a look at a sealed file showed.

    ``key_id`` is that of the key in it; ``ours`` says whether it is this home's, None where that was not asked.
    """

    files: int
    problems: tuple[str, ...]
    key_id: str
    ours: bool | None

    @property
    def whole(self) -> bool:
        """Whether nothing is missing, added or changed, and the signature is good and of the key asked for."""
        return not self.problems and self.ours is not False


def seal(files: Mapping[str, bytes], key: RecordKey) -> bytes:
    """Return a ZIP file of these files, with manifest, signature and public key."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    manifest = "".join(lines).encode()
    public = key.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    extra = {
        MANIFEST: manifest,
        _SIGNATURE: bytes.fromhex(key.sign(manifest)),
        _KEY: public,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**{each: files[each] for each in sorted(files)}, **extra}.items():
            entry = zipfile.ZipInfo(name)  # 1980-01-01: the contents say when it was made
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read, whole or not at all; one of that name is replaced."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def check(path: Path, key: RecordKey | None = None) -> Check:
    """Look whether a sealed file is whole.

    Parameters
    ----------
    key : RecordKey, optional
        The key that it should be signed with; without one only the key inside is asked.

    Raises
    ------
    BadInput
        It is no ZIP file that the workbench made.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > _LARGEST:
                raise BadInput("The file is larger than a release can be.", "Ask for it again.")
            contents = {info.filename: archive.read(info) for info in infos}
        manifest, signature, pem = (contents.pop(name) for name in (MANIFEST, _SIGNATURE, _KEY))
        public = load_pem_public_key(pem)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise BadInput(
            f"The file is damaged, or the workbench did not make it ({type(error).__name__}).",
            "Ask for it again.",
        ) from None
    if not isinstance(public, Ed25519PublicKey):
        raise BadInput("The key in the file is not one of the workbench's.", "Ask for it again.")
    inside = RecordKey(public, None)
    problems = [*_signature(public, signature, manifest), *_hashes(manifest, contents, len(infos))]
    return Check(
        len(contents), tuple(problems), inside.id, None if key is None else key.id == inside.id
    )


def _signature(public: Ed25519PublicKey, signature: bytes, manifest: bytes) -> list[str]:
    try:
        public.verify(signature, manifest)
    except InvalidSignature:
        return ["The signature does not belong to the manifest."]
    return []


def _hashes(manifest: bytes, contents: Mapping[str, bytes], entries: int) -> list[str]:
    listed: dict[str, str] = {}
    for each in manifest.decode("utf-8", "replace").splitlines():
        digest, _, name = each.partition("  ")
        listed[name] = digest
    problems = [f"{name} is missing." for name in sorted(listed.keys() - contents.keys())]
    problems += [f"{name} is not listed." for name in sorted(contents.keys() - listed.keys())]
    problems += [
        f"{name} was changed."
        for name in sorted(listed.keys() & contents.keys())
        if hashlib.sha256(contents[name]).hexdigest() != listed[name]
    ]
    if entries != len(contents) + 3:
        problems.append("A name stands in the file twice.")
    return problems
