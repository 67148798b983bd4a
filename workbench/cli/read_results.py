"""What ``workbench read`` says at its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.common import print_json, print_table

if TYPE_CHECKING:
    from workbench.recognition.batch import FileRead
    from workbench.recognition.groups import LeftOut

__all__ = ["Tally", "say"]

_LISTED = 200
_ALTERNATIVES = 3


@dataclass
class Tally:
    """What a run came to; keeps the results themselves only where they are to be shown."""

    kept: bool
    left_out: int
    skipped: int
    files: int = 0
    plates: int = 0
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    results: list[FileRead] = field(default_factory=list)

    def add(self, result: FileRead) -> None:
        """Count a file in."""
        self.files += 1
        self.plates += sum(len(look.plates) for look in result.looks)
        if result.problem:
            self.problems.append((str(result.path), result.problem, result.next_step))
        if self.kept:
            self.results.append(result)


def say(
    tally: Tally, rejected: list[LeftOut], out: Path | None, reads: Path | None, *, as_json: bool
) -> None:
    """Print what came of a run: as JSON, or as a table with what went wrong at the end."""
    if as_json:
        from workbench.recognition.outfile import rows

        print_json(
            {
                "files": tally.files,
                "plates": tally.plates,
                "skipped": tally.skipped,
                "left_out": tally.left_out,
                "problems": [[_shown(path), *words] for path, *words in tally.problems],
                "rejected": [[_shown(each.file), each.reason] for each in rejected],
                "results": [
                    {**row, "file": _shown(row["file"])}
                    for result in tally.results
                    for row in rows(result)
                ],
            }
        )
        return
    if tally.kept:
        _show(tally.results)
    words = f"{_counted(tally.plates, 'plate')} in {_counted(tally.files, 'file')}"
    also = [
        f"{tally.skipped:,} skipped that were read before" if tally.skipped else "",
        f"{tally.left_out:,} that are no pictures left out" if tally.left_out else "",
    ]
    click.echo("; ".join([words, *filter(None, also)]) + ".")
    _list("could not be read", [(path, f"{what} {mend}") for path, what, mend in tally.problems])
    _list("left out of the reads", [(each.file, each.reason) for each in rejected])
    if out:
        click.echo(f"Results: {out}. It holds plates: keep it as you keep reads.")
    if reads:
        click.echo(f"Next: workbench ingest {reads}")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _shown(name: str) -> str:
    """Return a file's name for a terminal: what cannot be printed, or would command it, as a question mark."""
    return "".join(character if character.isprintable() else "?" for character in name)


def _list(words: str, found: list[tuple[str, str]]) -> None:
    if found:
        click.echo(f"{len(found):,} {words}:", err=True)
    lines = Counter(found)
    for (path, reason), count in list(lines.items())[:_LISTED]:
        times = f" ({count} times)" if count > 1 else ""
        click.echo(f"  {_shown(path)}: {reason}{times}", err=True)
    if len(lines) > _LISTED:
        click.echo(f"  and {len(lines) - _LISTED:,} more", err=True)


def _show(results: list[FileRead]) -> None:
    from workbench.recognition.seen import alternatives, readable

    lines = [
        (
            _shown(result.path.name) + ("" if look.frame is None else f" {look.seconds:.1f} s"),
            seen.reading.text if readable(seen.reading) else "cannot read",
            f"{seen.reading.alike:.0%}",
            ", ".join(
                f"{text} {p:.0%}"
                for text, p in alternatives(seen.reading, most=_ALTERNATIVES + 1)[1:]
            ),
        )
        for result in results
        for look in result.looks
        for seen in look.plates
    ]
    if lines:
        print_table(
            "Plates",
            ("picture", "plate", "probable", "or"),
            lines[:_LISTED],
            caption="Verify each against the picture before anybody is stopped.",
        )
