"""Fulfilling an approved release: an audited access through the one runner, a package, and one line that closes it.

Nothing is handed out before the request is closed. Whoever is killed before that leaves an approved request, and a file
that nobody was given and that the next try replaces; after it, the package waits to be handed over. Once it is, the
home's copy goes: the reads in it would outlive their time there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from workbench.audit.access import access
from workbench.custody.files import destroy
from workbench.custody.house import House
from workbench.custody.release_file import Release
from workbench.custody.release_papers import contents
from workbench.custody.sealed_zip import seal, write_whole
from workbench.errors import BadInput, Failed
from workbench.models import Grounds, Session
from workbench.queries import build

__all__ = ["Package", "folder", "forget", "fulfill", "hand_over", "under_lock"]

Close = Callable[[Mapping[str, Any]], object]
_WAIT = 30.0
_FOLDER = "releases"


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was handed over: where it lies, its SHA-256, and how many reads are in it."""

    release: str
    path: Path
    sha256: str
    rows: int
    access_id: int


def folder(house: House) -> Path:
    """Return the folder where packages wait until they are handed over, made for the home's owner alone."""
    found = house.settings.home / _FOLDER
    found.mkdir(mode=0o700, exist_ok=True)
    return found


@contextmanager
def under_lock(house: House, number: str) -> Iterator[None]:
    """Keep everybody else from fulfilling the same request meanwhile."""
    lock = FileLock(folder(house) / f".{number}.lock")
    try:
        with lock.acquire(timeout=_WAIT):
            yield
    except Timeout:
        raise Failed("Somebody is at this request right now.", "Try again in a minute.") from None


def fulfill(house: House, release: Release, session: Session, close: Close) -> None:
    """Fetch the reads, make the package, and close the request with what is in it.

    Parameters
    ----------
    close : callable
        Puts the last step on file and on the record, in one transaction; called with what it keeps of the package.

    Raises
    ------
    Refused
        The policy refuses the query, as it would any other.
    """
    grounds = Grounds(release.case_number, release.purpose, release.purpose_text)
    elements = {
        "release": release.number,
        "agency": release.agency,
        "person": release.person,
        "recipient": release.recipient,
    }
    given = dict(release.parameters)
    target = folder(house) / f"{release.number}.zip"
    with access(
        house.chain, "release.fulfil", session=session, grounds=grounds, elements=elements
    ) as under_way:
        frame = house.runner.run(
            release.query,
            lambda: build(release.query, given, house.settings.zone),
            given,
            grounds,
            session,
        )
        facts = {
            "made_at": house.clock().isoformat(),
            "made_by": session.member.name,
            "key_id": house.key.id,
        }
        files = contents(release, frame, house.profile, house.settings, facts=facts)
        package = seal(files, house.key)
        write_whole(target, package)
        kept = {
            "file": target.name,
            "sha256": hashlib.sha256(package).hexdigest(),
            "rows": len(frame),
            "truncated": bool(frame.attrs.get("truncated")),
            "access_id": frame.attrs["access_id"],
        }
        try:
            close(kept)
        except Exception:
            target.unlink(missing_ok=True)
            raise
        under_way.rows, under_way.truncated = kept["rows"], kept["truncated"]
        under_way.detail = f"sha256 {kept['sha256']}"


def hand_over(house: House, release: Release, out: Path) -> Package:
    """Copy the package of a fulfilled request to a folder; :func:`forget` then takes it out of the home.

    Raises
    ------
    Failed
        The package in the home was changed, or the folder cannot be written.
    BadInput
        It was handed over before, or there is another file of that name.
    """
    step = release.last("fulfil")
    if step is None:
        raise BadInput("The request is not fulfilled.", "See: workbench release show")
    kept = step.details
    source = folder(house) / str(kept["file"])
    if not source.is_file():
        raise BadInput(
            "The package was handed over, and the workbench keeps none of its reads.",
            "Ask whoever took it, or have the agency ask anew.",
        )
    content = source.read_bytes()
    if hashlib.sha256(content).hexdigest() != kept["sha256"]:
        raise Failed(
            "The package in the home was changed, and is not handed over.",
            "Find out who did that; the record holds the package's SHA-256.",
        )
    path = out / source.name
    try:
        out.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.read_bytes() != content:
            raise BadInput("There is another file of that name there.", "Choose another folder.")
        if not path.exists():
            write_whole(path, content)
    except OSError as error:
        raise Failed(
            f"The package cannot be written there: {error.strerror}.",
            "Choose another folder, and fulfill it again: the package waits in the home.",
        ) from None
    return Package(
        release.number,
        path.absolute(),
        str(kept["sha256"]),
        int(kept["rows"]),
        int(kept["access_id"]),
    )


def forget(house: House, release: Release) -> None:
    """Overwrite and remove the home's copy of a package that was handed over: no purge would reach its reads."""
    destroy(house.settings.home, f"{_FOLDER}/{release.number}.zip")
