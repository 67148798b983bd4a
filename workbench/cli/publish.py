"""``workbench publish``: what anybody may read."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json
from workbench.errors import BadInput, ReportFailed

if TYPE_CHECKING:
    from workbench.custody.publication import PublicPage

__all__ = ["publish"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def publish() -> None:
    """Write out what the website shows. It stays on this machine: putting it online is yours to do."""


@publish.command()
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for it."
)
@click.option(
    "--period", default="", help="2026 or 2026Q3; by default the last four quarters that are over."
)
@click.option(
    "--policy-text", type=_FILE, help="The policy's own text, to stand on the page in full."
)
@click.option(
    "--permit", "permits", type=_FILE, multiple=True, help="The document of a special use permit."
)
@json_option
@pass_desk
def page(
    desk: Desk,
    out: Path,
    period: str,
    policy_text: Path | None,
    permits: Sequence[Path],
    *,
    as_json: bool,
) -> None:
    """Make the public page: one HTML file with the policy, clause by clause, and counts of its use.

    No plate, no person, no place and no case is on it, and small counts are kept back; the page states the rule. With
    --permit the documents of registered permits go beside it, where the policy has them published.

    \b
    Example:
      workbench publish page --out website --period 2026Q3 --policy-text policy-462.txt
    """  # noqa: D301
    from workbench.reporting.public_page import public_html
    from workbench.reporting.references import external_references

    publication = desk.service.custody.publication
    found = publication.page(desk.token, period=period, text=policy_text)
    documents = _documents(found, permits)
    beside = {sha256: f"permits/{name}" for sha256, (name, _) in documents.items()}
    html = public_html(found, beside=beside)
    if external_references(_without_text(html)):
        raise ReportFailed(
            "The page would name something outside of itself and was not kept.",
            "Take addresses out of the register of agreements and permits.",
        )
    data = html.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    name = f"alpr-{found.period.first}-{found.period.last}.html"
    files = {out / name: data}
    files |= {out / "permits" / each: content for each, content in documents.values()}
    try:
        for path, content in files.items():
            _write(path, content)
        publication.made(desk.token, found.access_id, sha256, tuple(documents))
    except BaseException:
        for path in files:
            path.unlink(missing_ok=True)
        raise
    missing = [p.number for p in found.permits or () if p.sha256 not in documents]
    if as_json:
        made = {"file": out / name, "sha256": sha256, "permits": list(beside.values())}
        print_json({**made, "permits_missing": missing})
        return
    console.print(f"{out / name}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"SHA-256 {sha256}", markup=False, highlight=False, soft_wrap=True)
    if missing:
        text = f"To be posted beside it, give them with --permit: {', '.join(missing)}."
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def _documents(found: PublicPage, paths: Sequence[Path]) -> dict[str, tuple[str, bytes]]:
    """Return the permits' documents by hash, each with its name beside the page; only registered ones go out."""
    known: Mapping[str, str] = {p.sha256: p.number for p in found.permits or () if p.sha256}
    documents = {}
    for path in paths:
        content = path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in known:
            raise BadInput(
                "One of the files is not the document of a permit that is published.",
                "Register the permit with that document first, or leave it out.",
            )
        safe = re.sub(r"[^A-Za-z0-9._-]+", "-", known[sha256]).strip(".-") or sha256[:16]
        documents[sha256] = (f"{safe[:60]}{path.suffix[:8]}", content)
    return documents


def _without_text(html: str) -> str:
    """Leave out what may name an address: the policy's own text and where it stands, which are words and no links."""
    return re.sub(r'<div class="text">.*?</div>|<p>.*?</p>', "", html, flags=re.DOTALL)


def _write(path: Path, content: bytes) -> None:
    """Write a file that anybody may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    part.replace(path)
