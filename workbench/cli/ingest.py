"""``workbench ingest``: reads in, from files or from a watched folder."""

from __future__ import annotations

import dataclasses
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.common import (
    EXIT_REFUSED,
    Desk,
    console,
    json_option,
    pass_desk,
    print_json,
    print_table,
)
from workbench.errors import BadInput, BadTransfer, NotLoggedIn, TransferRefused

if TYPE_CHECKING:
    from workbench.ingest.loading import TransferResult
    from workbench.ingest.preview import Preview
    from workbench.ingest.watch import Handled

__all__ = ["ingest"]

_FAILED = 1
_FORMATS = ("alpr_group", "alpr_results", "alpr_alert", "plate-recognizer", "elsag")
_REASONS = 5
_PROBLEMS = 10

Take = Callable[..., "TransferResult"]


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--watch",
    "folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Take in what is put into this folder, until Ctrl-C; files move to done/ or failed/.",
)
@click.option("--format", type=click.Choice(_FORMATS), help="Found by itself where left out.")
@click.option("--camera", metavar="CODE", help="The camera of rows that name none.")
@click.option("--unit", metavar="NAME", help="The mobile unit that the file comes from.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A YAML file that says which column of any other CSV is what (docs/ingest.md).",
)
@click.option("--source-agency", metavar="NAME", help="Whose reads these are; your own by default.")
@click.option("--private", is_flag=True, help="The readers belong to a private party.")
@click.option(
    "--dry-run", is_flag=True, help="Show the first rows as they would come in; store nothing."
)
@click.option(
    "--rows", type=click.IntRange(1, 1000), default=10, show_default=True, help="Of a dry run."
)
@click.option(
    "--service",
    "username",
    metavar="USERNAME",
    help="With --key-file: a service member, for a watch.",
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The service member's key; a watch logs in anew with it when a session ends.",
)
@json_option
@pass_desk
def ingest(
    desk: Desk,
    /,
    files: tuple[Path, ...],
    folder: Path | None,
    *,
    private: bool,
    dry_run: bool,
    rows: int,
    username: str | None,
    key_file: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Bring reads in. Each file is a transfer: whole or not at all, once, and on the record.

    The format is found by the file's beginning; gzip is unpacked. Rows that will not do go to a reject file with
    line, reason and text; load that file again when what was wrong is mended. A file that was loaded before changes
    nothing. Exit code 1 means that a file failed, 3 that policy refused one; the others are taken in all the same.

    \b
    Examples:
      workbench ingest day.jsonl.gz
      workbench ingest export.csv --mapping learn.yaml --dry-run
      workbench ingest camera-1.csv --camera C04
      workbench ingest --watch /srv/alpr --service svc-ingest --key-file data/keys/svc-ingest.key
    """  # noqa: D301
    if bool(files) == bool(folder):
        raise click.UsageError("Give files, or a folder with --watch.")
    if bool(username) != bool(key_file):
        raise click.UsageError("--service and --key-file go together.")
    options["governmental"] = not private
    if dry_run:
        if folder:
            raise click.UsageError("A dry run is of files.")
        _dry_run(desk, files, rows, options, as_json=as_json)
        return
    door = _Door(desk, username, key_file)
    if folder:
        _watch(folder, door, options, as_json=as_json)
    else:
        _load(files, door, options, as_json=as_json)


class _Door:
    """Takes files in through the service, as whoever is logged in or as a service member."""

    def __init__(self, desk: Desk, username: str | None, key_file: Path | None) -> None:
        self._desk = desk
        self._username = username
        self._key_file = key_file
        self._token = ""

    def take(self, path: Path, **options: Any) -> TransferResult:
        """Take a file in; a service member whose session has ended logs in again."""
        service = self._desk.service
        if not self._token:
            self._token = self._log_in()
        try:
            return service.ingest(self._token, path, **options)
        except NotLoggedIn:
            if self._key_file is None:
                raise
            self._token = self._log_in()
            return service.ingest(self._token, path, **options)

    def _log_in(self) -> str:
        if self._key_file is None or self._username is None:
            return self._desk.token
        return self._desk.service.login_service(self._username, self._key_file)


def _load(
    files: tuple[Path, ...], door: _Door, options: Mapping[str, Any], *, as_json: bool
) -> None:
    results: list[TransferResult] = []
    failures: list[tuple[Path, BadTransfer]] = []
    refused: list[tuple[Path, TransferRefused]] = []
    try:
        with _bars(shown=not as_json) as bar:
            for path in files:
                try:
                    with bar(path) as progress:
                        results.append(door.take(path, progress=progress, **options))
                except TransferRefused as refusal:
                    refused.append((path, refusal))
                except BadTransfer as error:
                    failures.append((path, error))
    finally:  # what was taken in before a refusal is said all the same
        _say(results, failures, refused, as_json=as_json)
    if failures or refused:
        sys.exit(EXIT_REFUSED if refused else _FAILED)


def _say(
    results: list[TransferResult],
    failures: list[tuple[Path, BadTransfer]],
    refused: list[tuple[Path, TransferRefused]],
    *,
    as_json: bool,
) -> None:
    if as_json:
        said = [_plain_failure(*one) for one in failures] + [
            _plain_refusal(*one) for one in refused
        ]
        print_json([*map(_plain, results), *said])
        return
    _show(results)
    for path, failure in failures:
        console.print(f"[bold red]Failed:[/] {path.name}", highlight=False)
        click.echo(f"  {failure.problem}\n  {failure.next_step}")
    for path, refusal in refused:
        console.print(f"[bold red]Refused:[/] {path.name}", highlight=False)
        click.echo(f"  {refusal.reason}\n  Because of {refusal.citation}.\n  {refusal.remedy}")


def _plain(result: TransferResult) -> dict[str, Any]:
    return dataclasses.asdict(result)


def _plain_failure(path: Path, error: BadTransfer) -> dict[str, Any]:
    return {
        "file_name": path.name,
        "status": "failed",
        "error": error.problem,
        "next_step": error.next_step,
    }


def _plain_refusal(path: Path, refusal: TransferRefused) -> dict[str, Any]:
    return {
        "file_name": path.name,
        "status": "refused",
        "error": refusal.reason,
        "clause": refusal.clause,
        "citation": refusal.citation,
        "next_step": refusal.remedy,
    }


@contextmanager
def _bars(*, shown: bool) -> Iterator[Callable[[Path], Any]]:
    """Give a bar for each file, by its bytes, with the rows a second."""
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:>10,} rows"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not shown, transient=True) as progress:

        @contextmanager
        def bar(path: Path) -> Iterator[Callable[[int, int, int], None]]:
            task = progress.add_task(path.name, total=path.stat().st_size, rows=0)
            yield lambda done, total, rows: progress.update(
                task, completed=done, total=total, rows=rows
            )
            progress.update(task, visible=False)

        yield bar


def _show(results: list[TransferResult]) -> None:
    if not results:
        return
    print_table(
        "Transfers",
        (
            "transfer",
            "file",
            "format",
            "accepted",
            "rejected",
            "skipped",
            "captured (UTC)",
            "remark",
        ),
        [
            (
                result.transfer_id,
                result.file_name,
                result.format,
                f"{result.accepted:,}",
                f"{result.rejected:,}",
                f"{result.skipped:,}",
                _span(result),
                "loaded before; nothing changed" if result.duplicate else "",
            )
            for result in results
        ],
    )
    fresh = [result for result in results if not result.duplicate]
    for result in fresh:
        _show_reasons(result)
    _show_hits(results)
    if any(result.reject_file for result in fresh):
        click.echo(
            "Next: mend what the reasons name, then load the reject file: workbench ingest <reject file>"
        )
    elif fresh:
        click.echo("Next: workbench camera list shows what came from which camera.")


def _span(result: TransferResult) -> str:
    if result.first_at is None or result.last_at is None:
        return ""
    return f"{result.first_at:%Y-%m-%d %H:%M} to {result.last_at:%Y-%m-%d %H:%M}"


def _show_hits(results: Sequence[TransferResult]) -> None:
    """Say how many hits on the hot lists there are, and whether matching is yet to be made up for."""
    raised = sum(result.hits or 0 for result in results)
    if raised:
        click.echo(f"{raised:,} hits on the hot lists. Next: workbench hit list")
    if any(result.matching == "failed" for result in results):
        click.echo(
            "The reads are in, but could not be held against the hot lists: it is tried again."
        )


def _show_reasons(result: TransferResult) -> None:
    for word, counted in (
        ("rejected", result.reasons),
        ("skipped", result.skips),
        ("note", result.notes),
    ):
        for reason, count in list(counted.items())[:_REASONS]:
            number = f"{count:,} {word}" if count else word
            click.echo(f"  {result.file_name}: {number}: {reason}")
        if (more := len(counted) - _REASONS) > 0:
            click.echo(f"  {result.file_name}: and {more} more reasons")
    if result.reject_file:
        click.echo(f"  Rejected rows, with reasons: {result.reject_file}")


def _watch(folder: Path, door: _Door, options: Mapping[str, Any], *, as_json: bool) -> None:
    from workbench.ingest.watch import watch

    stop = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if not as_json:
        console.print(f"Watching {folder}. Ctrl-C ends it.", highlight=False)
    try:
        watch(
            folder,
            lambda path: door.take(path, **options),
            report=lambda handled: _tell(handled, as_json=as_json),
            stop=stop,
        )
    except KeyboardInterrupt:
        stop.set()
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(handled: Handled, *, as_json: bool) -> None:
    result, error = handled.result, handled.error
    if as_json:
        plain = _plain(result) if result else {"file_name": handled.file.name, "error": str(error)}
        print_json({**plain, "moved_to": handled.moved_to})
    elif result is not None:
        words = (
            "loaded before; nothing changed"
            if result.duplicate
            else f"transfer {result.transfer_id}"
        )
        click.echo(
            f"{handled.file.name}: {words}; {result.accepted:,} accepted, {result.rejected:,} rejected, "
            f"{result.skipped:,} skipped; now {handled.moved_to}"
        )
        _show_hits([result])
    else:
        click.echo(f"{handled.file.name}: failed: {error} It lies in {handled.moved_to}", err=True)


def _dry_run(
    desk: Desk, files: tuple[Path, ...], rows: int, options: Mapping[str, Any], *, as_json: bool
) -> None:
    from workbench.ingest.preview import preview

    service = desk.service
    session = service.permit(desk.token, "ingest", {"dry_run": True})
    names = ("format", "mapping", "camera", "source_agency", "governmental")
    given = {name: options[name] for name in names}
    found = []
    for path in files:
        try:
            seen = preview(
                path,
                settings=desk.settings,
                now=service.clock(),
                database=service.database,
                guard=service.warrants.guard(),
                rows=rows,
                **given,
            )
        except TransferRefused as refusal:
            service.warrants.refused(session, path, refusal)
            raise
        found.append((path, seen))
    if as_json:
        print_json([{"file": path.name, **dataclasses.asdict(each)} for path, each in found])
        return
    for path, each in found:
        _show_preview(path, each)


def _show_preview(path: Path, found: Preview) -> None:
    if not found.rows and not found.problems:
        raise BadInput(f"{path.name} has no rows to show.", "See that it is the right file.")
    names = list(found.rows[0]) if found.rows else []
    print_table(
        f"{path.name}: {found.format}, {found.encoding}",
        names,
        [[_cell(row[name]) for name in names] for row in found.rows],
        caption=f"The first good rows of {found.looked_at:,} looked at. Nothing was stored.",
    )
    if found.problems:
        print_table(
            f"{len(found.problems):,} of them would be rejected",
            ("line", "reason", "text"),
            [(each.line, each.reason, each.text[:120]) for each in found.problems[:_PROBLEMS]],
        )
    for word, counted in (("skipped", found.skips), ("note", found.notes)):
        for reason, count in counted.items():
            click.echo(f"  {count:,} {word}: {reason}")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat(sep=" ", timespec="seconds"))
    return f"{value:.6g}" if isinstance(value, float) and abs(value) < 1 else str(value)
