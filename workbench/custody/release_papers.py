"""What a fulfilled release consists of: the reads as CSV, the request, the approval, and what the reads do not show."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.audit.export import one_line, to_csv
from workbench.custody.release_file import Release
from workbench.policy.profile import Profile
from workbench.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "contents", "sheet"]

COLUMNS = (
    "read_id",
    "plate",
    "plate_raw",
    "state",
    "confidence",
    "captured_at",
    "local_time",
    "camera",
    "camera_name",
    "kind",
    "latitude",
    "longitude",
    "heading",
    "make",
    "model",
    "color",
    "body",
    "candidates",
    "source_agency",
)
"""The columns of reads.csv, those that a reads frame has."""

_READ_ME = """\
{number}: license plate reads released by the {agency}

To: {recipient}
For: {purpose}

This package is confidential. It was released for that purpose alone and is not for further release.

reads.csv             {rows}, times in UTC and in {zone}
request.txt           the request as it was entered, and the SHA-256 of its scan
approval.txt          who decided on it, under which title, when
notice.txt            what these reads do not show: read it before anything is done with them
release.json          all of that for a program
manifest-sha256.txt   the SHA-256 of each of these files: sha256sum -c manifest-sha256.txt
manifest.sig          the signature of that list by the {agency}'s key {key}
record.pub            the public key; ask the agency for its id by telephone, and compare

openssl pkeyutl -verify -pubin -inkey record.pub -rawin -in manifest-sha256.txt -sigfile manifest.sig
"""


def contents(
    release: Release,
    frame: pd.DataFrame,
    profile: Profile,
    settings: Settings,
    *,
    facts: Mapping[str, Any],
) -> dict[str, bytes]:
    """Return the files of a package by name.

    Parameters
    ----------
    frame : DataFrame
        The reads, as the runner returned them.
    facts : mapping
        What the package says of its own making: made_at, made_by, key_id.
    """
    texts = {
        "README.txt": _READ_ME.format(
            number=release.number,
            agency=settings.agency,
            recipient=f"{release.person}, {release.agency}",
            purpose=release.purpose_text,
            rows=f"{len(frame):,} read{'' if len(frame) == 1 else 's'}",
            zone=settings.timezone,
            key=facts["key_id"],
        ),
        "request.txt": sheet(release, profile, settings, steps=False),
        "approval.txt": _approval(release, profile),
        "notice.txt": _notice(frame, profile),
        "release.json": _json(release, frame, profile, settings, facts),
    }
    files = {name: text.encode() for name, text in texts.items()}
    return {**files, "reads.csv": b"\xef\xbb\xbf" + to_csv(_plain(frame)).encode()}


def sheet(release: Release, profile: Profile, settings: Settings, *, steps: bool = True) -> str:
    """Return the request as a sheet of text for the file that the policy has somebody keep."""
    rules = profile.releases
    rows = {
        "Request": release.number,
        "To": settings.agency,
        "Agency": release.agency,
        "Person": release.person,
        "Recipient": release.recipient.replace("-", " "),
        "Use": release.use,
        "Intended purpose": release.purpose_text,
        "Dated": release.dated_on.isoformat(),
        "Scan": f"{release.scan_name}, SHA-256 {release.scan_sha256}"
        if release.scan_name
        else "none",
        "Case": release.case_number,
        "Purpose of the policy": release.purpose,
        "Asked for": _asked(release, settings),
        "Entered": f"{release.entered_at.astimezone(settings.zone):%Y-%m-%d %H:%M} by {release.entered_by}",
        "Forwarded to": rules.forwarded_to,
        "Filed by": rules.filed_by,
        "Stays on file until": str(release.kept_until(profile) or "") if steps else "",
    }
    lines = [f"{name + ':':<24}{one_line(value)}" for name, value in rows.items() if value]
    if steps:
        lines += ["", *(_step(step, settings) for step in release.steps)]
    return "\n".join(lines) + "\n"


def _step(step: Any, settings: Settings) -> str:
    title = f", {step.title}" if step.title else ""
    words = f": {one_line(step.words)}" if step.words else ""
    when = step.at.astimezone(settings.zone)
    return f"{when:%Y-%m-%d %H:%M}  {step.state:<13} {step.name}{title}{words}"


def _asked(release: Release, settings: Settings) -> str:
    """Return what is asked for in words, times by the agency's clock."""
    given = dict(release.parameters)
    if not release.query or not given:
        return ""
    span = " to ".join(
        f"{dt.datetime.fromisoformat(given.pop(name)).astimezone(settings.zone):%Y-%m-%d %H:%M}"
        for name in ("start", "end")
    )
    named = ", ".join(f"{name} {one_line(value)}" for name, value in given.items() if value)
    return f"reads of {named}, {span} ({settings.timezone})"


def _approval(release: Release, profile: Profile) -> str:
    step = release.last("approve")
    if step is None:
        raise ValueError("a release without an approval has no package")
    lines = [
        f"{release.number} was approved on {step.at:%Y-%m-%d %H:%M} UTC",
        f"by {step.name}{f', {step.title}' if step.title else ''}",
        f"under {profile.cite(profile.releases.approve_clause or profile.releases)}.",
    ]
    if step.words:
        lines.append(f"Their words: {one_line(step.words)}")
    if verified := release.last("verify"):
        lines.append(
            f"The recipient was verified on {verified.at:%Y-%m-%d} by {verified.name}: {one_line(verified.words)}"
        )
    lines.append(f"Line {step.record_seq} of the access record.")
    return "\n".join(lines) + "\n"


def _notice(frame: pd.DataFrame, profile: Profile) -> str:
    said = [profile.state_database.notice, *frame.attrs.get("caveats", [])]
    if frame.attrs.get("truncated"):
        said.append("There were more reads than are in this package: the list is cut short.")
    return "\n\n".join(dict.fromkeys(" ".join(each.split()) for each in said)) + "\n"


def _json(
    release: Release,
    frame: pd.DataFrame,
    profile: Profile,
    settings: Settings,
    facts: Mapping[str, Any],
) -> str:
    approval = release.last("approve")
    plain = {
        "release": release.number,
        "agency": settings.agency,
        "recipient": {
            "agency": release.agency,
            "person": release.person,
            "kind": release.recipient,
        },
        "purpose": {"words": release.purpose_text, "policy": release.purpose},
        "case": release.case_number,
        "query": {"action": release.query, **release.parameters},
        "request_sha256": release.scan_sha256,
        "approved_by": {"name": approval.name, "title": approval.title} if approval else None,
        "approved_at": approval.at.isoformat() if approval else None,
        "rows": len(frame),
        "truncated": bool(frame.attrs.get("truncated")),
        "access_id": frame.attrs.get("access_id"),
        "policy": f"{profile.id}@{profile.version}",
        "clause": profile.cite(profile.releases),
        **facts,
    }
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    kept = frame[[name for name in COLUMNS if name in frame.columns]].copy()
    if "candidates" in kept:
        kept["candidates"] = [
            "; ".join(f"{plate} {sure:.0%}" for plate, sure in each) for each in kept["candidates"]
        ]
    return kept
