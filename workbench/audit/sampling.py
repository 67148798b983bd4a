"""The sample that a reviewer goes through: seeded, with every active member in it, drawn the same on any machine."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.audit.indicators.base import AccessRow, count
from workbench.errors import BadInput
from workbench.policy.parts import Audits

__all__ = ["Sampling", "draw", "lot", "size_for"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """A sample and how it came about.

    ``why`` says for each access, by number, why it was drawn; ``words`` says the method in sentences.
    """

    seed: int
    asked: int
    why: dict[int, str]
    words: str

    @property
    def size(self) -> int:
        """How many accesses were drawn."""
        return len(self.why)


def lot(seed: int, access_id: int) -> str:
    """Return an access's lot: the SHA-256 of ``seed:number``, which anybody can compute again.

    Examples
    --------
    >>> lot(1, 17)[:16]
    '5c70ee556e54dab3'
    """
    return hashlib.sha256(f"{seed}:{access_id}".encode()).hexdigest()


def size_for(audits: Audits, manual: int) -> int:
    """Return how many accesses a profile wants reviewed out of so many manual ones."""
    return max(audits.sample_at_least, math.ceil(manual * audits.sample_percent / 100))


def draw(accesses: Sequence[AccessRow], *, size: int, seed: int) -> Sampling:
    """Draw a sample.

    Every account with a manual access in the period has its lowest lot in the sample, and every account with an
    automatic one likewise. The rest are the lowest lots of the manual accesses; automatic ones fill up only where no
    manual one is left. Where ``size`` is below the number of accounts, it is raised to it.
    """
    if size < 1:
        raise BadInput("The sample is empty.", "Give a sample size of one or more.")
    ordered = sorted(accesses, key=lambda row: (lot(seed, row.access_id), row.access_id))
    by_hand = [row for row in ordered if not row.automatic]
    by_itself = [row for row in ordered if row.automatic]
    why: dict[int, str] = {}
    for rows, kind in ((by_hand, "manual"), (by_itself, "automatic")):
        seen: set[str] = set()
        for row in rows:
            if row.username not in seen:
                seen.add(row.username)
                why[row.access_id] = f"lowest lot of this account's {kind} accesses"
    first = len(why)
    for row in [*by_hand, *by_itself]:
        if len(why) >= size:
            break
        why.setdefault(row.access_id, "lowest lots of all")
    words = _words(by_hand, by_itself, first=first, drawn=len(why), asked=size, seed=seed)
    return Sampling(seed, size, dict(sorted(why.items())), words)


def _words(
    by_hand: Sequence[AccessRow],
    by_itself: Sequence[AccessRow],
    *,
    first: int,
    drawn: int,
    asked: int,
    seed: int,
) -> str:
    raised = ""
    if asked < drawn:
        raised = f" {asked:,} were asked for; every account is in the sample, so there are more."
    elif asked > drawn:
        raised = f" {asked:,} were asked for; there are no more."
    return (
        f"{count(drawn, 'access', 'accesses')} out of {len(by_hand):,} manual and {len(by_itself):,} automatic ones, "
        f"with seed {seed}. Each access has a lot: the SHA-256 of the seed, a colon and its number. The lowest lot of "
        f"each account is drawn first ({first:,}), manual and automatic apart; then the lowest lots of the manual "
        f"accesses.{raised} The sample can be drawn again from the record; as small accounts weigh more in it, no rate "
        "for all accesses follows from it."
    )
