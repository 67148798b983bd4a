"""The keys of the hot lists: AES-256-GCM, in a file outside the database, and how a row is sealed with them.

``keys/hotlist.keys`` holds the keys that are in use, the newest last; it is its owner's alone. A sealed value is a
nonce of 12 bytes and the encrypted JSON with its tag. Its associated data name the table, the row and whatever of the
row stands in clear, so that a value moved to another row, or a row that was altered, does not open.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workbench.errors import NotSetUp, RecordBroken

__all__ = ["FILE", "Keyring", "Place"]

FILE = "hotlist.keys"
_NONCE = 12
_BITS = 256
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Place = tuple[str | int, ...]
"""What a sealed value belongs to: the table's name, the row's number, and what of the row stands in clear."""


@dataclass
class Keyring:
    """The keys in use. The newest seals; every one opens what it sealed.

    Parameters
    ----------
    path : Path
        The key file.
    """

    path: Path
    _keys: dict[str, AESGCM] = field(default_factory=dict, repr=False)
    _secrets: dict[str, bytes] = field(default_factory=dict, repr=False)
    _loaded: tuple[int, int] = field(default=(0, 0), repr=False)

    @classmethod
    def open(cls, folder: Path, *, sealed: bool) -> Keyring:
        """Load the keys of a home; make the first one where nothing has been sealed yet.

        Parameters
        ----------
        folder : Path
            The home's keys.
        sealed : bool
            Whether the database holds sealed rows: then a missing file is not replaced.

        Raises
        ------
        NotSetUp
            The file is missing though rows are sealed with it, or it is damaged.
        """
        ring = cls(folder / FILE)
        if ring._load():
            return ring
        if sealed:
            raise NotSetUp(
                "The key of the hot lists is missing; what they hold cannot be read without it.",
                f"Restore {FILE} into {folder} from its backup.",
            )
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        ring.add()
        return ring

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return next(reversed(self._secrets))

    @property
    def ids(self) -> list[str]:
        """The ids of all keys in use, the oldest first."""
        return list(self._secrets)

    def add(self) -> str:
        """Make a new key, on disk before it is used, and return its id."""
        key = AESGCM.generate_key(_BITS)
        self._save({**self._secrets, _id(key): key})
        self._take(key)
        return self.current

    def retire(self, ids: Sequence[str]) -> None:
        """Destroy keys that seal nothing any more; never the current one."""
        left = {
            key_id: key
            for key_id, key in self._secrets.items()
            if key_id == self.current or key_id not in ids
        }
        self._save(left)
        self._secrets = left
        self._keys = {key_id: self._keys[key_id] for key_id in left}

    def seal(self, value: Any, place: Place) -> bytes:
        """Return plain JSON encrypted under the current key."""
        return self.seal_bytes(_encode(value).encode(), place)

    def seal_bytes(self, plain: bytes, place: Place) -> bytes:
        """Return bytes encrypted under the current key."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._keys[self.current].encrypt(nonce, plain, _associated(place))

    def open_bytes(self, sealed: bytes, key_id: str, place: Place) -> bytes:
        """Return what was sealed for this place.

        Raises
        ------
        RecordBroken
            It was sealed for another place or altered since, or its key is not here.
        """
        if key_id not in self._keys:
            self._load()
        if key_id not in self._keys:
            raise RecordBroken(
                f"A row of the hot lists was sealed with a key that is not here ({key_id}).",
                f"Restore the {FILE} that belongs to this database.",
            )
        try:
            return self._keys[key_id].decrypt(sealed[:_NONCE], sealed[_NONCE:], _associated(place))
        except (InvalidTag, ValueError):
            raise RecordBroken(
                f"A row of the hot lists was altered, or moved from another place ({place[0]} {place[1]}).",
                "Do not act on it. Restore the database from its backup, and find out who changed it.",
            ) from None

    def open_(self, sealed: bytes, key_id: str, place: Place) -> Any:
        """Return the plain JSON that was sealed for this place; raises as :meth:`open_bytes`."""
        return json.loads(self.open_bytes(sealed, key_id, place))

    def refresh(self) -> None:
        """Look into the file again where another process has changed the key meanwhile.

        Called by whoever is about to seal, while it holds the database's write lock: so no row is sealed with a key
        that is about to be destroyed.
        """
        if self._mark() != self._loaded:
            self._load()

    def _mark(self) -> tuple[int, int]:
        found = self.path.stat()
        return found.st_ino, found.st_mtime_ns

    def _load(self) -> bool:
        try:
            found = json.loads(self.path.read_text(encoding="ascii"))
            kept = {str(each["id"]): base64.b64decode(each["key"]) for each in found["keys"]}
        except FileNotFoundError:
            return False
        except (ValueError, KeyError, TypeError):
            kept = {}
        if not kept or any(_id(key) != key_id for key_id, key in kept.items()):
            raise NotSetUp(
                "The key file of the hot lists is damaged.",
                f"Restore {FILE} into {self.path.parent} from its backup.",
            )
        self._loaded = self._mark()
        self._secrets, self._keys = {}, {}
        for key in kept.values():
            self._take(key)
        return True

    def _take(self, key: bytes) -> None:
        self._secrets[_id(key)] = key
        self._keys[_id(key)] = AESGCM(key)

    def _save(self, secrets_: dict[str, bytes]) -> None:
        """Replace the file, whole and flushed, so that no key is lost on the way."""
        keys = [
            {"id": key_id, "key": base64.b64encode(key).decode()}
            for key_id, key in secrets_.items()
        ]
        part = self.path.with_name(f".{FILE}.part")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump({"format": 1, "keys": keys}, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._loaded = self._mark()


def _id(key: bytes) -> str:
    return hashlib.sha256(b"alpr-workbench hot list key\n" + key).hexdigest()[:16]


def _associated(place: Place) -> bytes:
    return _encode(["alpr-workbench hot list v1", *place]).encode()
