"""Small counts kept back, so that a published table points at nobody.

A count from 1 to 4 is not shown. Where a table has such counts they are added together, and with them the next larger
ones until the sum is 5 or more and stands for two kinds at least: so the total can be shown and no count behind it
worked out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["LEAST", "RULE", "Counts", "shown", "suppress"]

LEAST = 5
RULE = (
    f"A count of searches, hits, releases or holds from 1 to {LEAST - 1} is not shown: it reads “fewer than {LEAST}”. "
    "In a table such counts are added together, with the next larger ones until the sum is "
    f"{LEAST} or more and stands for two kinds at least, so that no count that is kept back can be worked out from "
    "the others."
)
"""The rule in words, as the page states it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """A table of counts as it may be published.

    ``rows`` are the counts that are shown, the largest first; ``together`` the kinds that are only counted together, by
    name, and ``together_count`` their sum; ``total`` is that of all, in words.
    """

    total: str
    rows: tuple[tuple[str, int], ...] = ()
    together: tuple[str, ...] = ()
    together_count: int = 0


def shown(count: int) -> str:
    """Return a single count as it may be published.

    Examples
    --------
    >>> shown(0), shown(3), shown(1234)
    ('none', 'fewer than 5', '1,234')
    """
    if count <= 0:
        return "none"
    return f"{count:,}" if count >= LEAST else f"fewer than {LEAST}"


def suppress(counts: Mapping[str, int]) -> Counts:
    """Return a table of counts as it may be published; kinds that did not occur are left out.

    Examples
    --------
    >>> suppress({"homicide": 40, "robbery": 12, "missing person": 2}).rows
    (('homicide', 40),)
    """
    left = sorted(
        ((name, count) for name, count in counts.items() if count > 0),
        key=lambda each: (-each[1], each[0]),
    )
    total = shown(sum(count for _, count in left))
    pooled = [each for each in left if each[1] < LEAST]
    left = [each for each in left if each[1] >= LEAST]
    while pooled and left and (len(pooled) == 1 or sum(count for _, count in pooled) < LEAST):
        pooled.append(left.pop())
    together = sum(count for _, count in pooled)
    if together < LEAST:  # nothing larger is left, so this is the total too
        return Counts(total, tuple(left))
    return Counts(total, tuple(left), tuple(sorted(name for name, _ in pooled)), together)
