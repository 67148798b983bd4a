"""The sample that a reviewer goes through: seeded, with every active member in it, drawn the same on any machine."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from workbench.audit.indicators.base import AccessRow, count
from workbench.errors import BadInput
from workbench.policy.parts import Audits

__all__ = ["SHARE", "Sampling", "certainty", "draw", "lot", "size_for", "size_to_find"]

SHARE = 0.05
"""The share of accesses at fault that a sample should not miss, unless another is asked for."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """A sample and how it came about.

    ``why`` says for each access, by number, why it was drawn; ``words`` says the method in sentences. The ``at_random``
    lowest lots of the manual accesses are all in it: a simple random sample.
    """

    seed: int
    asked: int
    why: dict[int, str]
    words: str
    at_random: int = 0

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


def certainty(population: int, drawn: int, share: float) -> float:
    """Return the probability (0 to 1) that a simple random sample holds at least one access at fault.

    Parameters
    ----------
    population, drawn : int
        Accesses in all, and in the sample.
    share : float
        The part of all accesses that is at fault, above 0 and up to 1; at least one access is.

    Examples
    --------
    >>> round(certainty(1000, 59, 0.05), 3), certainty(30, 30, 0.05), certainty(0, 0, 0.05)
    (0.954, 1.0, 1.0)
    """
    at_fault = math.ceil(share * population - 1e-9)
    if drawn > population - at_fault:
        return 1.0
    missed = 1.0
    for already in range(drawn):
        missed *= (population - at_fault - already) / (population - already)
    return 1 - missed


def size_to_find(population: int, confidence: float, share: float) -> int:
    """Return how many accesses to draw, so that a share of them at fault shows at least once.

    Parameters
    ----------
    confidence : float
        The probability, above 0 and below 1, with which it should show.

    Examples
    --------
    >>> size_to_find(1_000_000, 0.95, 0.05), size_to_find(40, 0.95, 0.05)
    (59, 31)
    """
    _check_shares(confidence, share)
    at_fault = math.ceil(share * population - 1e-9)
    missed, drawn = 1.0, 0
    while missed > 1 - confidence and drawn < population:
        missed *= max(population - at_fault - drawn, 0) / (population - drawn)
        drawn += 1
    return drawn


def _check_shares(confidence: float, share: float) -> None:
    if not 0 < confidence < 1:
        raise BadInput("The confidence is no share below one.", "Write 0.95 for 95 %.")
    if not 0 < share <= 1:
        raise BadInput("The share at fault is no share of one.", "Write 0.05 for 5 %.")


def draw(
    accesses: Sequence[AccessRow],
    *,
    size: int,
    seed: int,
    confidence: float | None = None,
    share: float = SHARE,
) -> Sampling:
    """Draw a sample.

    With a ``confidence`` as many of the lowest lots of the manual accesses are drawn, whatever ``size`` says, as it
    takes to meet at least one access at fault with that probability, if ``share`` of them are.

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
    wanted = 0 if confidence is None else size_to_find(len(by_hand), confidence, share)
    for place, row in enumerate([*by_hand, *by_itself]):
        if len(why) >= size and place >= wanted:
            break
        why.setdefault(row.access_id, "lowest lots of all")
    at_random = sum(1 for _ in takewhile(lambda row: row.access_id in why, by_hand))
    method = _words(by_hand, by_itself, first=first, drawn=len(why), asked=size, seed=seed)
    reach = _reach(len(by_hand), at_random, share)
    return Sampling(seed, size, dict(sorted(why.items())), f"{method} {reach}".strip(), at_random)


def _reach(population: int, at_random: int, share: float) -> str:
    """Say what a sample would show."""
    if not population:
        return ""
    if at_random == population:
        return "Every manual access is in it."
    sure = min(certainty(population, at_random, share), 0.999)
    return (
        f"The {at_random:,} lowest lots of the manual accesses are all in it, a simple random sample: if "
        f"{share:.1%} of those accesses were at fault, it would hold at least one of them with a probability "
        f"of {sure:.1%}."
    ).replace(".0%", " %")


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
