"""From a path to batches: which format it is, how its text is decoded, and what its reject file must remember."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import BadInput, BadTransfer
from workbench.ingest.formats import Batch, Format, Options, by_name, recognize
from workbench.ingest.formats.elsag import Elsag, images_beside
from workbench.ingest.formats.mapped import Mapped
from workbench.ingest.formats.plate_recognizer import PlateRecognizer
from workbench.ingest.mapping import ColumnMapping, load_mapping
from workbench.ingest.rejects import is_rejects, returned
from workbench.ingest.source import Source, guarded, open_text

__all__ = ["Opened", "opened"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is being read.

    Parameters
    ----------
    source : Source
        Its bytes and text.
    format : Format
        What it was found or said to be.
    batches : iterator of Batch
        Its rows; raises :class:`BadTransfer` where it breaks off.
    preamble : dict
        What its reject file must remember so that it can be loaded again.
    """

    source: Source
    format: Format
    batches: Iterator[Batch]
    preamble: Mapping[str, Any]


@contextmanager
def opened(
    path: Path,
    *,
    format: str | None = None,  # noqa: A002 - the word on the command line
    mapping: Path | ColumnMapping | None = None,
    camera: str | None = None,
) -> Iterator[Opened]:
    """Open a file of reads, or a reject file, and find its format.

    Parameters
    ----------
    path : Path
        Compressed with gzip or not.
    format : str, optional
        The name of its format; found by its beginning where left out.
    mapping : Path or ColumnMapping, optional
        How to read a CSV of no known format.
    camera : str, optional
        Code of the camera, for rows that name none.

    Raises
    ------
    BadInput
        Format or mapping do not hold.
    BadTransfer
        The file is empty, unreadable, or of no known format.
    """
    if format and mapping:
        raise BadInput("Both a format and a mapping are given.", "Give one of the two.")
    if isinstance(mapping, Path):
        mapping = load_mapping(mapping)
    named: Format | None = Mapped(mapping) if mapping else by_name(format) if format else None
    with open_text(path, mapping.encoding if mapping else "") as source:
        stream, head = source.stream, source.head
        if is_rejects(head):
            back = returned(stream, path.name)
            stream, head = back.stream, back.stream.read(len(source.head))
            stream.seek(0)
            named = named or _of_rejects(back.format, mapped=back.mapped)
        found = named or recognize(head, path.name)
        images = images_beside(path) if isinstance(found, Elsag) else None
        options = Options(camera=camera or "", images=images)
        batches = guarded(path, found.rows(stream, options))
        yield Opened(source, found, batches, _preamble(found, head))


def _of_rejects(name: str, *, mapped: bool) -> Format:
    if mapped:
        raise BadTransfer(
            f"These rows came in through the mapping {name!r}.",
            "Name its file again with --mapping.",
        )
    return by_name(name)


def _preamble(found: Format, head: str) -> dict[str, Any]:
    preamble: dict[str, Any] = {"format": found.name}
    skipped = 0
    if isinstance(found, Mapped):
        preamble["mapped"] = True
        skipped = preamble["skip_lines"] = found.mapping.skip_lines
    if isinstance(found, (Mapped, PlateRecognizer, Elsag)):
        lines = head.removeprefix("\ufeff").splitlines()[skipped:]
        preamble["header"] = next((line for line in lines if line.strip()), "")
    return preamble
