"""A policy profile: one agency's written policy as data.

A profile is a YAML file. :func:`load` reads one that ships with the workbench by its name, or one of the site's own by
its path, and either returns a frozen :class:`Profile` or raises :class:`~workbench.errors.BadProfile` with every
problem found, each with its line and its mend.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from workbench.errors import BadProfile
from workbench.policy.basis import (
    Administrator,
    Agency,
    AuthorizedUse,
    Cited,
    Clause,
    Part,
    Slug,
    Source,
    Text,
)
from workbench.policy.data_parts import (
    AccessRecord,
    Attestation,
    Breach,
    Custody,
    PrivateReads,
    Publication,
    Releases,
    Retention,
    StateDatabase,
    Transfers,
)
from workbench.policy.hit_parts import HitPath, Hits, HitStep, steps_of
from workbench.policy.parts import (
    Accounts,
    Audits,
    CaseRules,
    Limits,
    Purpose,
    ReasonRules,
    Requirement,
    Role,
)

__all__ = ["PROFILES", "Profile", "load", "names", "path_of"]

PROFILES = Path(__file__).parent / "profiles"
"""The folder of the profiles that ship with the workbench."""


class Profile(Part):
    """One agency's policy."""

    format: Literal[1] = Field(description="Version of this file's form: 1.")
    id: Slug = Field(description="Name of the profile: 'clovis-ca'.")
    version: Text = Field(description="Version of the profile, in quotes: '2026.1'.")
    agency: Agency
    source: Source
    administrator: Administrator
    authorized_use: AuthorizedUse
    roles: dict[Slug, Role]
    requirements: tuple[Requirement, ...]
    purposes: tuple[Purpose, ...] = Field(min_length=1)
    case: CaseRules
    reason: ReasonRules
    limits: Limits
    accounts: Accounts
    retention: Retention
    access_record: AccessRecord
    state_database: StateDatabase
    hits: Hits | None = Field(
        None, description="Steps of a hit; null for those that state_database implies."
    )
    releases: Releases
    transfers: Transfers
    private_reads: PrivateReads
    publication: Publication
    audits: Audits
    custody: Custody
    breach: Breach | None = None
    attestations: tuple[Attestation, ...] = Field(
        (), description="Statements on what is done outside: one for each clause that wants one."
    )
    clauses: tuple[Clause, ...] = Field(min_length=1)

    def clause(self, number: str) -> Clause:
        """Return the clause of that number; KeyError where the profile lists none."""
        for clause in self.clauses:
            if clause.number == number:
                return clause
        raise KeyError(number)

    def purpose(self, purpose_id: str) -> Purpose | None:
        """Return a purpose of the list, or None."""
        return next((each for each in self.purposes if each.id == purpose_id), None)

    def hit_steps(self, path: HitPath) -> tuple[HitStep, ...]:
        """Return the steps that a hit of a fixed or a mobile reader goes through, in their order."""
        return steps_of(self.hits, self.state_database, path)

    def cite(self, basis: Cited | str) -> str:
        """Return the citation in full for a clause number or for a block of the profile.

        Examples
        --------
        >>> load("clovis-ca").cite("462.4[3]")
        'Clovis PD Policy 462.4'
        """
        if isinstance(basis, str):
            return self._cite_number(basis) if basis else ""
        parts = [self._cite_number(basis.clause)] if basis.clause else []
        if basis.citation:
            parts.append(basis.citation)
        if basis.procedure:
            parts.append(f"{self.agency.short} procedure")
        return "; ".join(parts)

    def _cite_number(self, number: str) -> str:
        bare = number.partition("[")[0]
        heading, bracket, letter = bare.partition("(")
        full = self.source.headings.get(heading)
        if full is not None:
            return f"{self.source.prefix}, {full}" + (f" {bracket}{letter}" if letter else "")
        return f"{self.source.prefix} {bare}"


def names() -> list[str]:
    """Return the names of the profiles that ship with the workbench, in alphabetical order."""
    return sorted(path.stem for path in PROFILES.glob("*.yaml"))


def path_of(name_or_path: str | Path) -> Path:
    """Return the file behind a profile's name, or the path itself.

    Raises
    ------
    BadProfile
        If there is neither a shipped profile of that name nor a file at that path.
    """
    text = str(name_or_path)
    if text in names():
        return PROFILES / f"{text}.yaml"
    path = Path(name_or_path)
    if path.is_file():
        return path
    raise BadProfile(
        "There is no such policy profile.",
        f"Give one of {', '.join(names())}, or the path of a YAML file.",
    )


def load(name_or_path: str | Path) -> Profile:
    """Read and check a profile.

    Parameters
    ----------
    name_or_path : str or Path
        Name of a shipped profile (``"clovis-ca"``) or path of a YAML file.

    Raises
    ------
    BadProfile
        With every problem found: file, line, what is wrong, and how to mend it.
    """
    path = path_of(name_or_path).resolve()
    stat = path.stat()
    return _load(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=32)
def _load(path: Path, _changed: int, _size: int) -> Profile:
    """Read a file once as long as it does not change; a profile is frozen, so that it can be shared."""
    from workbench.policy.reading import read

    return read(path)
