"""``workbench read``: the plates in pictures and videos on disk."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from workbench.cli.common import Desk, console, json_option, pass_desk, print_json
from workbench.cli.read_results import Tally, say
from workbench.errors import BadInput, NotLoggedIn
from workbench.keeping import kept_token
from workbench.settings import Settings

if TYPE_CHECKING:
    from workbench.audit.access import Access
    from workbench.recognition.batch import FileRead, Job
    from workbench.recognition.groups import LeftOut, Terms
    from workbench.recognition.outfile import OutFile

__all__ = ["read"]

_PROBLEMS = 1


@click.command()
@click.argument("places", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what was read to FILE.json or FILE.csv.",
)
@click.option("--resume", is_flag=True, help="Go on with that file: skip what stands in it.")
@click.option(
    "--annotated",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write the pictures there with their plates drawn in.",
)
@click.option("--crops", is_flag=True, help="Each picture is a plate and nothing else.")
@click.option(
    "--every",
    type=click.IntRange(1),
    default=15,
    show_default=True,
    help="Of a video: each Nth frame.",
)
@click.option(
    "--most-frames",
    type=click.IntRange(1),
    default=2000,
    show_default=True,
    help="Of a video: how many frames at most.",
)
@click.option(
    "--engine", "name", default="opencv", show_default=True, help="What reads; rapidocr is another."
)
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    default=0,
    show_default=True,
    help="Processes that read; a picture that takes one down costs that picture alone.",
)
@click.option(
    "--against",
    metavar="PLATE",
    help="Say whether the one picture shows this plate: agree, disagree where, or cannot tell.",
)
@click.option(
    "--reads",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the plates as reads to FILE.jsonl, for `workbench ingest`.",
)
@click.option("--camera", default="", metavar="CODE", help="For --reads: the camera.")
@click.option("--at", "point", metavar="LAT,LON", help="For --reads: the place.")
@click.option("--taken", metavar="TIME", help="For --reads: the time, or when a video begins.")
@click.option(
    "--names",
    metavar="PATTERN",
    help="For --reads: what file names say, such as {camera}_%Y%m%d-%H%M%S*.",
)
@click.option(
    "--zone", metavar="IANA", help="For --reads: of times without offset; by default the home's."
)
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="For --reads: the least probability.",
)
@json_option
@pass_desk
def read(
    desk: Desk,
    /,
    places: tuple[Path, ...],
    out: Path | None,
    reads: Path | None,
    *,
    against: str | None,
    resume: bool,
    as_json: bool,
    name: str,
    workers: int,
    **options: Any,
) -> None:
    """Read the plates in pictures (JPEG, PNG, WebP, TIFF, BMP), videos, and folders of them.

    Nothing of the agency's records is looked at and nothing comes into them: with --reads a file is written that
    `workbench ingest` takes in. Where somebody is logged in to a home, the access record says that files were read,
    how many, and how many plates they showed. Exit code 1 means that a file failed, a plate was left out of --reads, or
    --against did not end in "agree".

    \b
    Examples:
      workbench read still.jpg
      workbench read photographs/ --out plates.csv --annotated seen/
      workbench read photographs/ --out plates.csv --resume --workers 4
      workbench read hit.jpg --against 8GAC123
      workbench read gate/ --reads gate.jsonl --names "{camera}_%Y%m%d-%H%M%S*"
    """  # noqa: D301
    from workbench.recognition.batch import read_all
    from workbench.recognition.engines import engine
    from workbench.recognition.images import find

    if against is not None:
        _verify(desk, places, against, name, crop=options["crops"], as_json=as_json)
        return
    if resume and out is None:
        raise click.UsageError("--resume needs --out.")
    if resume and reads is not None:
        raise click.UsageError("--resume and --reads do not go together: a read would be missing.")
    listed = find(places)
    _check_apart(options["annotated"], places)
    terms = _terms(desk, options) if reads else None
    make = functools.partial(engine, name)
    ours = make()  # what is missing is said before a file is begun
    with contextlib.ExitStack() as stack:
        file = _out_file(stack, out, resume=resume)
        groups = _Groups(stack.enter_context(_new(reads)), terms) if reads and terms else None
        done = file.done if file else set()
        jobs = [job for job in _jobs(listed.files, places, options) if str(job.path) not in done]
        tally = Tally(kept=out is None, left_out=listed.left_out, skipped=len(done))
        under_way = stack.enter_context(
            _on_record(desk, {"files": len(jobs), "engine": name, "reads": bool(reads)})
        )
        with _bar(len(jobs), shown=not as_json) as step:
            for result in read_all(jobs, make if workers else lambda: ours, workers=workers):
                tally.add(result)
                if file:
                    file.add(result)
                if groups:
                    groups.add(result)
                step()
        if under_way:
            under_way.rows = tally.plates
    rejected = groups.left if groups else []
    say(tally, rejected, out, reads, as_json=as_json)
    if tally.problems or rejected:
        sys.exit(_PROBLEMS)


def _verify(
    desk: Desk, places: tuple[Path, ...], plate: str, name: str, *, crop: bool, as_json: bool
) -> None:
    """Hold one picture against a plate."""
    from workbench.recognition.engines import engine
    from workbench.recognition.images import open_picture
    from workbench.recognition.verdict import verify

    if len(places) != 1 or places[0].is_dir():
        raise click.UsageError("--against is of one picture.")
    with _on_record(desk, {"files": 1, "engine": name, "against": True}):
        picture = open_picture(places[0])
        verdict = verify(picture.pixels, plate, crop=crop, by=engine(name))
    if as_json:
        print_json(dataclasses.asdict(verdict))
    else:
        click.echo(verdict.words)
    if verdict.answer != "agree":
        sys.exit(_PROBLEMS)


class _Groups:
    """Writes reads, one JSON object a line, and keeps what was left out."""

    def __init__(self, stream: TextIO, terms: Terms) -> None:
        self._stream = stream
        self._terms = terms
        self.written = 0
        self.left: list[LeftOut] = []

    def add(self, result: FileRead) -> None:
        from workbench.recognition.groups import groups

        found, left = groups(result, self._terms)
        for group in found:
            self._stream.write(json.dumps(group) + "\n")
        self.written += len(found)
        self.left += [each for each in left if each.reason != result.problem]


def _out_file(stack: contextlib.ExitStack, out: Path | None, *, resume: bool) -> OutFile | None:
    from workbench.recognition.outfile import OutFile

    return stack.enter_context(OutFile(out, resume=resume)) if out else None


@contextlib.contextmanager
def _new(path: Path) -> Iterator[TextIO]:
    """Open a file that is not there yet, for its owner alone."""
    if path.suffix.lower() not in (".jsonl", ".json"):
        raise BadInput("The file for the reads is not .jsonl.", "Call it reads.jsonl, say.")
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput(
            "The file for the reads is there already.", "Choose another name, or remove it."
        ) from None
    except OSError as error:
        raise BadInput(
            "The file for the reads cannot be written.", "See that its folder is there."
        ) from error
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        yield stream


def _jobs(
    files: tuple[Path, ...], places: tuple[Path, ...], options: dict[str, Any]
) -> Iterator[Job]:
    from workbench.recognition.batch import Job

    used: Counter[Path | None] = Counter()
    for path in files:
        target = _target(path, places, options["annotated"])
        used[target] += 1
        if target is not None and used[target] > 1:  # of the same name in another folder
            target = target.with_name(f"{target.stem}-{used[target]}.jpg")
        yield Job(
            path,
            crop=options["crops"],
            every=options["every"],
            most=options["most_frames"],
            annotated=target,
        )


def _check_apart(folder: Path | None, places: tuple[Path, ...]) -> None:
    """Refuse a folder for annotated pictures that would be read itself the next time."""
    if folder is None:
        return
    there = folder.resolve()
    if any(there.is_relative_to(place.resolve()) for place in places if place.is_dir()):
        raise BadInput(
            "The folder for annotated pictures lies in a folder that is read.",
            "Choose one outside of it.",
        )


def _target(path: Path, places: tuple[Path, ...], folder: Path | None) -> Path | None:
    """Return where an annotated picture goes: as it lies below the folder that was named; its suffix in its name."""
    if folder is None:
        return None
    base = next(
        (place for place in places if place != path and path.is_relative_to(place)), path.parent
    )
    inside = path.relative_to(base)
    return folder / inside.with_name(inside.name.replace(".", "_") + ".jpg")


def _terms(desk: Desk, options: dict[str, Any]) -> Terms:
    from workbench.recognition.groups import NamePattern, Terms
    from workbench.times import parse_time

    zone = _zone(desk, options["zone"])
    taken = options["taken"]
    if taken and zone is None:
        raise BadInput("There is no home to take the time zone from.", "Give it with --zone.")
    return Terms(
        zone=zone,
        camera=options["camera"],
        at=parse_time(taken, zone) if taken and zone else None,
        position=_position(options["point"]) if options["point"] else None,
        names=NamePattern(options["names"]) if options["names"] else None,
        least=options["least"],
    )


def _zone(desk: Desk, given: str | None) -> ZoneInfo | None:
    if given:
        try:
            return ZoneInfo(given)
        except (ZoneInfoNotFoundError, ValueError):
            raise BadInput(
                "There is no such time zone.", "Write it like America/Los_Angeles."
            ) from None
    settings = _settings(desk)
    return settings.zone if settings else None


def _position(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput("The place is not LAT,LON.", "Write it like 36.58,-120.25.") from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise BadInput("The place is not on the globe.", "Latitude first: 36.58,-120.25.")
    return latitude, longitude


def _settings(desk: Desk) -> Settings | None:
    """Return the settings of the home, or None where there is none and none was named."""
    if desk.given is None and not (desk.home / "workbench.toml").exists():
        return None
    return desk.settings


@contextlib.contextmanager
def _on_record(desk: Desk, elements: dict[str, Any]) -> Iterator[Access | None]:
    """Put the run on the access record where somebody is logged in to a home; say so where nobody is."""
    settings = _settings(desk)
    token = kept_token(settings) if settings else None
    if settings is None:
        yield None
        return
    with contextlib.ExitStack() as stack:
        under_way = None
        try:
            if token is not None:
                under_way = stack.enter_context(desk.service.reading_files(token, elements))
        except NotLoggedIn:
            token = None
        if token is None:
            click.echo("Nobody is logged in: this run is not on the access record.", err=True)
        yield under_way


@contextlib.contextmanager
def _bar(count: int, *, shown: bool) -> Iterator[Callable[[], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not shown, transient=True) as progress:
        task = progress.add_task("", total=count)
        yield lambda: progress.advance(task)
