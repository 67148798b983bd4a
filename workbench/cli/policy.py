"""``workbench policy …``: read, check and prove the agency's policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from workbench.cli.common import console, json_option, print_json, print_table
from workbench.cli.policy_changes import COMMANDS
from workbench.policy.profile import load, names, path_of

if TYPE_CHECKING:
    from workbench.policy.conformance import Conformance, Row
    from workbench.policy.profile import Profile

__all__ = ["policy"]

_COLORS = {
    "enforced": "green",
    "recorded": "green",
    "attested": "green",
    "published": "green",
    "not proven": "yellow",
    "failed": "bold red",
    "planned": "cyan",
    "context": "dim",
}


@click.group()
def policy() -> None:
    """Read an agency's policy as data, check your own, and see what proves each clause.

    A profile is a YAML file: the agency's clauses, and the figures the software goes by. Five ship with the workbench;
    wherever a PROFILE is asked for, the path of your own file does as well. Which one is in force in a home is decided
    by two members: adopt, approve, versions.
    """


@policy.command("list")
@json_option
def list_profiles(*, as_json: bool) -> None:
    """List the profiles that ship with the workbench."""
    profiles = [load(name) for name in names()]
    if as_json:
        print_json([_headline(profile) for profile in profiles])
        return
    print_table(
        "Policy profiles",
        ["profile", "agency", "policy", "clauses", "reads kept"],
        [
            (each.id, each.agency.name, each.source.title, len(each.clauses), _kept(each))
            for each in profiles
        ],
        caption="Next: workbench policy show PROFILE, or workbench policy conformance PROFILE",
    )


@policy.command()
@click.argument("profile")
@click.option("--yaml", "as_yaml", is_flag=True, help="Print the file itself, to start your own.")
@json_option
def show(profile: str, *, as_yaml: bool, as_json: bool) -> None:
    """Show what a profile demands: people, purposes, figures and clauses, each with its source.

    \b
    Examples:
      workbench policy show clovis-ca
      workbench policy show clovis-ca --yaml > our-policy.yaml
    """  # noqa: D301
    if as_yaml:
        click.echo(path_of(profile).read_text(encoding="utf-8"), nl=False)
        return
    loaded = load(profile)
    if as_json:
        print_json(loaded.model_dump(mode="json"))
        return
    from workbench.policy.document import sections

    console.print(f"[bold]{loaded.source.title}[/], {loaded.agency.name}", highlight=False)
    console.print(f"Profile {loaded.id}, version {loaded.version}", highlight=False)
    for section in sections(loaded):
        console.print()
        print_table(section.title, section.columns, section.rows)


@policy.command()
@click.argument("profile")
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of test evidence; by default the one that `make test` writes.",
)
@click.option("--tests", "with_tests", is_flag=True, help="List the tests under each clause.")
@json_option
def conformance(profile: str, evidence: Path | None, *, with_tests: bool, as_json: bool) -> None:
    """Show for each clause its controls, the tests that prove it, and how they last ended.

    Made from the tests' own marks: nothing is called enforced without a passing test of this release, and what is not
    built yet is called planned. Run `make test` first.
    """
    from workbench.policy import conformance as table
    from workbench.policy import evidence as proofs

    path = evidence or proofs.default_path()
    found = table.conformance(load(profile), proofs.read(path))
    if as_json:
        print_json(_as_data(found))
        return
    _print_conformance(found, with_tests=with_tests)
    if not path.exists():
        console.print("No tests have run here yet, so nothing is proven: run make test.")


@policy.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def check(file: Path) -> None:
    """Check a profile of your own; says of each problem the line, what is wrong, and the mend."""
    from workbench.policy.conformance import gaps

    loaded = load(file)
    console.print(f"{file} holds: {len(loaded.clauses)} clauses, {len(loaded.purposes)} purposes.")
    for gap in gaps(loaded):
        console.print(f"Yet to fill in: {gap}", markup=False, highlight=False)


@policy.command()
@click.option("--write", is_flag=True, help="Renew the published file from the models.")
def schema(*, write: bool) -> None:
    """Print the JSON Schema of a profile, for editors and other checkers."""
    from workbench.policy.schema import SCHEMA_FILE, schema_text

    if write:
        SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
        console.print(f"Wrote {SCHEMA_FILE}.", highlight=False)
        return
    click.echo(schema_text(), nl=False)


for _command in COMMANDS:
    policy.add_command(_command)


def _kept(profile: Profile) -> str:
    least, most = profile.retention.reads_min, profile.retention.reads_max
    if least and most and least == most:
        return f"{most} exactly"
    return f"{f'at least {least}' if least else ''}{f'at most {most}' if most else ''}" or "not set"


def _headline(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "version": profile.version,
        "agency": profile.agency.name,
        "title": profile.source.title,
        "sha256": profile.source.sha256,
        "clauses": len(profile.clauses),
    }


def _print_conformance(found: Conformance, *, with_tests: bool) -> None:
    table = Table(
        title=f"{found.profile.source.prefix}: what proves each clause (release {found.release})",
        title_justify="left",
        header_style="bold",
    )
    for column in ("clause", "what it says", "control", "state"):
        table.add_column(column, no_wrap=column in ("clause", "control"))
    for row in found.rows:
        state = Text(row.state, style=_COLORS[row.state])
        for line in filter(None, (_passed(row), row.note)):
            state.append(f"\n{line}", style="dim")
        summary = Text(row.clause.summary)
        if with_tests:
            for proof in row.tests:
                summary.append(f"\n{proof.outcome}: {proof.node}", style="dim")
        controls = Text("\n".join(row.clause.controls))
        table.add_row(Text(row.clause.number), summary, controls, state)
    console.print(table)
    counts = ", ".join(f"{number} {state}" for state, number in found.counts.items())
    console.print(f"{len(found.rows)} clauses: {counts}.", highlight=False)
    for gap in found.gaps:
        console.print(f"Yet to fill in by the agency: {gap}", markup=False, highlight=False)


def _passed(row: Row) -> str:
    passed = sum(proof.outcome == "passed" for proof in row.tests)
    return f"{passed} of {len(row.tests)} tests passed" if row.tests else ""


def _as_data(found: Conformance) -> dict[str, Any]:
    return {
        "profile": found.profile.id,
        "version": found.profile.version,
        "release": found.release,
        "counts": dict(found.counts),
        "gaps": list(found.gaps),
        "clauses": [
            {
                "number": row.clause.number,
                "citation": row.citation,
                "summary": row.clause.summary,
                "kind": row.clause.kind,
                "controls": list(row.clause.controls),
                "state": row.state,
                "note": row.note,
                "tests": [
                    {"test": proof.node, "outcome": proof.outcome, "when": proof.when}
                    for proof in row.tests
                ],
            }
            for row in found.rows
        ],
    }
