"""``workbench camera``: the register of cameras and their outages."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.camera_permits import permit, permits
from workbench.cli.common import Desk, console, json_option, pass_desk, print_json, print_table
from workbench.cli.imports import ignore_option, show_import

if TYPE_CHECKING:
    import pandas as pd

    from workbench.analysis.learned import Learned

__all__ = ["camera"]

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def camera() -> None:
    """Keep the register of cameras, and of the times when they were out.

    What a query did not find says nothing where no camera was looking: answers carry both.
    """


@camera.command()
@click.argument("code")
@click.option("--at", nargs=2, type=float, metavar="LAT LON", help="Position in degrees.")
@click.option("--mobile", is_flag=True, help="A mobile unit: its reads carry their own positions.")
@click.option("--name", default="", help="Such as: 5th and Main, eastbound")
@click.option("--heading", type=float, help="The way the traffic goes that it reads, from north.")
@click.option("--vendor-key", default="", help="What the vendor's files call it, if not CODE.")
@click.option("--owner", default="", help="Whose it is, if not the agency's.")
@click.option("--private", is_flag=True, help="It is not a government's.")
@click.option("--installed", type=_DAY, help="Such as 2026-03-02.")
@json_option
@pass_desk
def add(
    desk: Desk,
    code: str,
    at: tuple[float, float] | None,
    name: str,
    heading: float | None,
    vendor_key: str,
    owner: str,
    installed: dt.datetime | None,
    *,
    mobile: bool,
    private: bool,
    as_json: bool,
) -> None:
    """Enter a camera. One that ingest has met before takes its reads along.

    \b
    Examples:
      workbench camera add C04 --at 36.58 -120.25 --heading 90 --name "5th and Main, eastbound"
      workbench camera add M1 --mobile --vendor-key unit-7
    """  # noqa: D301
    latitude, longitude = at or (None, None)
    entered = desk.service.add_camera(
        desk.token,
        code=code,
        kind="mobile" if mobile else "fixed",
        name=name,
        latitude=latitude,
        longitude=longitude,
        heading=heading,
        vendor_key=vendor_key,
        owner=owner,
        governmental=not private,
        installed_on=installed.date() if installed else None,
    )
    if as_json:
        print_json(entered)
    else:
        console.print(f"{entered['code']} is in the register.", markup=False, highlight=False)


@camera.command("list")
@json_option
@pass_desk
def list_(desk: Desk, *, as_json: bool) -> None:
    """List the cameras; those that ingest met and nobody registered are marked."""
    rows = _rows(desk.service.list_cameras(desk.token))
    if as_json:
        print_json(rows)
        return
    shown = [
        (
            row["code"],
            row["name"],
            row["kind"],
            "" if row["latitude"] is None else f"{row['latitude']:.5f}, {row['longitude']:.5f}",
            row["vendor_key"],
            row["owner"] + ("" if row["governmental"] else " (private)"),
            ", ".join(_marks(row)),
        )
        for row in rows
    ]
    columns = ("code", "name", "kind", "position", "vendor key", "owner", "")
    print_table("Cameras", columns, shown)


@camera.command("import")
@click.argument("file", type=_FILE)
@ignore_option
@json_option
@pass_desk
def import_(desk: Desk, file: Path, ignored: tuple[str, ...], *, as_json: bool) -> None:
    """Bring in cameras from a CSV file. Known ones are updated; an empty cell leaves a field as it is.

    Columns: code and kind (fixed or mobile) are needed; name, latitude, longitude, heading, vendor_key, owner,
    governmental (yes or no), registered, installed_on, removed_on (2026-03-02).
    """
    result = desk.service.import_cameras(desk.token, file, ignore=ignored)
    show_import(result, as_json=as_json)


@camera.command()
@click.argument("file", type=_FILE, required=False)
@ignore_option
@json_option
@pass_desk
def outages(desk: Desk, file: Path | None, ignored: tuple[str, ...], *, as_json: bool) -> None:
    """List the outages, or bring them in from a CSV FILE.

    Columns: camera (its code), start_at, end_at (empty while it is still out), reason, source. Times are ISO 8601
    (2026-03-02T20:00:00-08:00); one without an offset is read in the agency's zone.
    """
    if file is not None:
        result = desk.service.import_outages(desk.token, file, ignore=ignored)
        show_import(result, as_json=as_json)
        return
    rows = _rows(desk.service.list_outages(desk.token))
    if as_json:
        print_json(rows)
        return
    zone = desk.settings.zone

    def local(time: Any) -> str:
        return "still out" if time is None else f"{time.astimezone(zone):%Y-%m-%d %H:%M}"

    shown = [
        (row["camera"], local(row["start_at"]), local(row["end_at"]), row["reason"], row["source"])
        for row in rows
    ]
    print_table(f"Outages ({zone.key})", ("camera", "from", "to", "reason", "source"), shown)


@camera.command()
@click.option(
    "--newest",
    type=click.IntRange(min=1_000),
    metavar="READS",
    help="Learn from so many of the newest reads.  [default: 2,000,000]",
)
@json_option
@pass_desk
def learn(desk: Desk, newest: int | None, *, as_json: bool) -> None:
    """Learn from the agency's own reads how its cameras misread plates.

    No true plate is needed: reads of the same vehicle are compared. What is learned is used in partial-plate searches
    if it predicts reads that it has not seen better than the shipped table. No plate is shown or kept.
    """
    from workbench.analysis.learned import changes

    learned = desk.service.learn_confusions(desk.token, newest=newest)
    top = changes(learned)
    if as_json:
        print_json(_learned(learned) | {"changes": [dataclasses.asdict(each) for each in top]})
        return
    print_table("What was learned", ("", ""), _learned_in_words(learned))
    per_thousand = [
        (
            each.true or "nothing",
            each.seen or "nothing",
            f"{1000 * each.shipped:.2f}",
            f"{1000 * each.learned:.2f}",
            f"{each.counted:,.0f}",
        )
        for each in top
    ]
    columns = ("true character", "read as", "shipped, of 1,000", "learned, of 1,000", "reads")
    print_table("Rates that changed most", columns, per_thousand)
    used = (
        "is used in" if learned.better else "predicts no better than the shipped one: not used in"
    )
    console.print(
        f"The learned table {used} partial-plate searches.", markup=False, highlight=False
    )


for _command in (permit, permits):
    camera.add_command(_command)


def _learned(learned: Learned) -> dict[str, Any]:
    """Return what was learned in plain values, without the tables."""
    kept = (
        "better", "reads", "vehicles", "pairs", "misreads", "first_at", "last_at",
        "held_out_reads", "held_out", "held_out_base", "held_out_error",
    )  # fmt: skip
    return {name: getattr(learned, name) for name in kept}


def _learned_in_words(learned: Learned) -> list[tuple[str, str]]:
    gain = learned.held_out - learned.held_out_base
    return [
        ("reads", f"{learned.reads:,}, {learned.first_at:%Y-%m-%d} to {learned.last_at:%Y-%m-%d}"),
        ("vehicles read often", f"{learned.vehicles:,}"),
        ("plates one mistake from one of them", f"{learned.pairs:,} pairs"),
        ("of these, reads taken for misreads", f"{learned.misreads:,.0f}"),
        ("reads held out", f"{learned.held_out_reads:,}"),
        ("log-likelihood per read, shipped table", f"{learned.held_out_base:.4f}"),
        ("log-likelihood per read, learned table", f"{learned.held_out:.4f}"),
        ("better by", f"{gain:.4f} (standard error {learned.held_out_error:.4f})"),
    ]


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table's rows in plain values, None for what is missing."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def _marks(row: dict[str, Any]) -> list[str]:
    marks = {
        "not registered": not row["registered"],
        "out now": row["out_now"],
        "removed": row["removed_on"] is not None,
    }
    return [mark for mark, holds in marks.items() if holds]
