"""The signing key of the record's checkpoints: Ed25519, kept outside the database."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from workbench.errors import NotSetUp

__all__ = ["RecordKey", "create", "load"]

_PRIVATE = "record.key"
_PUBLIC = "record.pub"


@dataclass(frozen=True)
class RecordKey:
    """A key that verifies checkpoints and, where the private half is at hand, signs them."""

    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None

    @property
    def id(self) -> str:
        """The first 16 hexadecimal digits of the public key's SHA-256."""
        raw = self.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return hashlib.sha256(raw).hexdigest()[:16]

    def sign(self, message: bytes) -> str:
        """Return the signature in hexadecimal."""
        if self.private is None:
            raise NotSetUp(
                "The signing key is not here.", "Restore keys/record.key from its backup."
            )
        return self.private.sign(message).hex()

    def verifies(self, message: bytes, signature: str) -> bool:
        """Tell whether the signature was made over the message with this key."""
        try:
            self.public.verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True


def create(folder: Path) -> RecordKey:
    """Make a new key pair in ``folder``: the private half readable by its owner alone.

    Raises
    ------
    NotSetUp
        There is a key already: replacing it would leave the record's signatures without their key.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(folder / _PRIVATE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise NotSetUp(
            "There is a signing key already, and a new one would not fit the record it signed.",
            "Go on with it, or start in an empty home folder.",
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    public = private.public_key()
    (folder / _PUBLIC).write_bytes(
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return RecordKey(public, private)


def load(folder: Path) -> RecordKey:
    """Load the key pair; the public half alone is enough to verify.

    Raises
    ------
    NotSetUp
        The public key is missing, one of the two is damaged, or they are not a pair.
    """
    try:
        public = load_pem_public_key((folder / _PUBLIC).read_bytes())
        secret = _read_private(folder / _PRIVATE)
        private = load_pem_private_key(secret, password=None) if secret is not None else None
    except FileNotFoundError:
        raise NotSetUp(
            "The public key of the record is missing.", f"Restore {_PUBLIC} into {folder}."
        ) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NotSetUp(
            "A key of the record is damaged.", f"Restore both files in {folder}."
        ) from None
    if not isinstance(public, Ed25519PublicKey) or not isinstance(
        private, Ed25519PrivateKey | None
    ):
        raise NotSetUp(
            "The record's key is not an Ed25519 key.", f"Restore both files in {folder}."
        )
    if private is not None and private.public_key() != public:
        raise NotSetUp(
            "The two halves of the record's key do not belong together.",
            f"Restore both files in {folder}.",
        )
    return RecordKey(public, private)


def _read_private(path: Path) -> bytes | None:
    """Return the private half, or None where it is kept elsewhere or not for us to read."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, PermissionError):
        return None
