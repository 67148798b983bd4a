"""Pieces of HTML: plates, bars, tables, boxes to sign. Everything that comes from data is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup, escape

__all__ = [
    "Column",
    "Fragment",
    "badge",
    "bar",
    "checkbox",
    "days_bar",
    "facts",
    "key_numbers",
    "note",
    "pair",
    "paragraph",
    "plate",
    "table",
    "write_line",
]

Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a report: shows itself in a notebook, and is what the HTML file is put together from."""

    html: Markup = field(repr=False)

    def _repr_html_(self) -> str:
        return f'<div class="wb">{self.html}</div>'

    def __add__(self, other: Fragment) -> Fragment:
        return Fragment(self.html + other.html)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, alignment, and width as a share of the table (0 to 1).

    ``hint`` is a second, smaller line below the heading: the unit, or how to read it.
    """

    title: str
    align: Align = "left"
    width: float | None = None
    hint: str = ""
    nowrap: bool = False


def plate(text: str, state: str = "", *, differs: Iterable[int] = (), raw: str = "") -> Markup:
    """Return a plate drawn as one.

    Parameters
    ----------
    text, state : str
        The plate as normalized, and its state where known.
    differs : iterable of int
        Positions that depart from what was asked: underlined.
    raw : str
        What the camera delivered, shown below where it is not the same.
    """
    marked = set(differs)
    shown = Markup().join(
        Markup("<em>{}</em>").format(character) if index in marked else escape(character)
        for index, character in enumerate(text)
    )
    tag = Markup('<span class="st">{}</span>').format(state) if state else Markup()
    chip = Markup('<span class="plate">{}<b>{}</b></span>').format(tag, shown)
    if raw and raw != text:
        chip += Markup('<span class="raw">read as {}</span>').format(raw)
    return chip


def bar(value: float, *, label: str = "", full: float = 1.0, tone: str = "") -> Markup:
    """Return a horizontal bar with its label; ``full`` is the value of a whole bar."""
    width = 0.0 if not full else max(0.0, min(1.0, value / full)) * 100
    kind = f" {tone}" if tone else ""
    return Markup(
        '<span class="bar{}"><span class="track"><i style="width:{:.1f}%"></i></span>'
        '<span class="val">{}</span></span>'
    ).format(kind, width, label)


def days_bar(days: int, of: int, *, same_hour: int) -> Markup:
    """Return two thin bars: days seen here, and days seen here at this hour, of the baseline's days."""
    part = [0.0 if not of else min(1.0, value / of) * 100 for value in (days, same_hour)]
    return Markup(
        '<span class="days" title="{} of {} days, {} at this hour">'
        '<i style="width:{:.0f}%"></i><u style="width:{:.0f}%"></u></span>'
    ).format(days, of, same_hour, *part)


def badge(text: str, tone: str = "") -> Markup:
    """Return a short word in a frame; tones are ``strong``, ``warn`` and ``quiet``."""
    return Markup('<span class="badge {}">{}</span>').format(tone, text)


def pair(main: Any, below: Any = "") -> Markup:
    """Return a cell of two lines: the thing itself, and a smaller line on it."""
    if not below:
        return escape(main)
    return Markup('{}<span class="sub">{}</span>').format(main, below)


def paragraph(*sentences: Any, kind: str = "") -> Markup:
    """Return sentences as one paragraph."""
    body = Markup(" ").join(escape(sentence) for sentence in sentences if sentence)
    return (
        Markup('<p class="{}">{}</p>').format(kind, body)
        if kind
        else Markup("<p>{}</p>").format(body)
    )


def note(text: Any, tone: str = "") -> Markup:
    """Return a remark set apart from the text; ``warn`` where it must not be missed."""
    return Markup('<div class="note {}">{}</div>').format(tone, text)


def facts(pairs: Iterable[tuple[str, Any]], kind: str = "") -> Markup:
    """Return names and values as a list of definitions."""
    rows = Markup().join(
        Markup("<div{}><dt>{}</dt><dd>{}</dd></div>").format(_wide(value), name, value)
        for name, value in pairs
    )
    return Markup('<dl class="facts {}">{}</dl>').format(kind, rows)


def _wide(value: Any) -> Markup:
    return (
        Markup(' class="wide"')
        if isinstance(value, str) and not isinstance(value, Markup) and len(value) > 60
        else Markup()
    )


def key_numbers(items: Iterable[tuple[str, str, str]]) -> Markup:
    """Return the few numbers that matter, each with its noun and a smaller line."""
    cells = Markup().join(
        Markup("<div><strong>{}</strong><span>{}</span><small>{}</small></div>").format(*item)
        for item in items
    )
    return Markup('<div class="numbers">{}</div>').format(cells)


def checkbox(label: str) -> Markup:
    """Return a box to tick on paper."""
    return Markup('<span class="box"><i></i>{}</span>').format(label)


def write_line(label: str, filled: str = "") -> Markup:
    """Return a line to write on, with what belongs there below it."""
    return Markup('<span class="line"><b>{}</b><small>{}</small></span>').format(filled, label)


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]] = (),
    *,
    groups: Iterable[tuple[Any, Iterable[Sequence[Any]]]] = (),
    kind: str = "",
    caption: str = "",
    empty: str = "None.",
    foot: Sequence[Any] = (),
) -> Markup:
    """Return a table whose head repeats on every printed page.

    Parameters
    ----------
    columns : sequence of Column
    rows : iterable of sequences
        Cells, escaped unless they are Markup already.
    groups : iterable of (title, rows)
        Rows under titles of their own; empty groups are left out.
    kind : str
        Classes, such as ``"dense"``.
    caption : str
        A line above the table.
    empty : str
        What is said where there are no rows.
    foot : sequence
        Cells of a closing row, such as sums.
    """
    bodies = [("", list(rows)), *((title, list(some)) for title, some in groups)]
    shown = [_body(columns, title, some) for title, some in bodies if some]
    if not shown:
        return Markup('<p class="empty">{}</p>').format(empty)
    return Markup('<table class="{}">{}{}<thead><tr>{}</tr></thead>{}{}</table>').format(
        kind,
        Markup("<caption>{}</caption>").format(caption) if caption else "",
        _widths(columns),
        Markup().join(_head(column) for column in columns),
        Markup().join(shown),
        _foot(columns, foot),
    )


def _body(columns: Sequence[Column], title: Any, rows: Sequence[Sequence[Any]]) -> Markup:
    head = Markup()
    if title:
        head = Markup('<tr class="group"><th colspan="{}" scope="rowgroup">{}</th></tr>').format(
            len(columns), title
        )
    lines = Markup("\n").join(
        Markup("<tr>{}</tr>").format(
            Markup().join(_cell(column, cell) for column, cell in zip(columns, row, strict=True))
        )
        for row in rows
    )
    return Markup("<tbody>{}{}</tbody>").format(head, lines)


def _widths(columns: Sequence[Column]) -> Markup:
    if all(column.width is None for column in columns):
        return Markup()
    shares = Markup().join(
        Markup('<col style="width:{:.1f}%">').format(column.width * 100)
        if column.width
        else Markup("<col>")
        for column in columns
    )
    return Markup("<colgroup>{}</colgroup>").format(shares)


def _head(column: Column) -> Markup:
    hint = Markup("<small>{}</small>").format(column.hint) if column.hint else ""
    return Markup('<th scope="col" class="{}">{}{}</th>').format(column.align, column.title, hint)


def _cell(column: Column, cell: Any) -> Markup:
    wrap = " nowrap" if column.nowrap else ""
    return Markup('<td class="{}{}">{}</td>').format(column.align, wrap, cell)


def _foot(columns: Sequence[Column], cells: Sequence[Any]) -> Markup:
    if not cells:
        return Markup()
    row = Markup().join(_cell(column, cell) for column, cell in zip(columns, cells, strict=True))
    return Markup("<tfoot><tr>{}</tr></tfoot>").format(row)
