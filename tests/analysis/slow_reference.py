"""A slow, obviously correct likelihood, and small random patterns to hold against it."""

import functools
import math

from hypothesis import strategies as st

from workbench.analysis.pattern import ABOUT, Item, Pattern
from workbench.analysis.plates import ALPHABET

PLATES = st.text(alphabet="0O18BAX7", min_size=1, max_size=9)


def reference(pattern, plate, model):
    """Add up all ways, one after the other, by plain recursion from the start of the plate."""
    items = pattern.items
    has_star = any(item.star for item in items)
    optional = sum(item.optional for item in items)
    true = [ALPHABET.index(c) for c in plate]
    when_unsure = model.when_unsure()

    @functools.cache
    def said(item, t):
        weights = item.distribution()
        sure = sum(model.substitution[t, c] * weights[c] for c in range(36))
        unsure = sum(when_unsure[t, c] * weights[c] for c in range(36))
        if item.unknown:
            return sure
        return item.certainty * sure + (1 - item.certainty) * unsure

    def said_of_nothing(item):
        weights = item.distribution()
        sure = sum(model.extra_is[c] * weights[c] for c in range(36))
        return model.extra * (item.certainty * sure + (1 - item.certainty) / 36)

    def star(i):
        return 0 <= i < len(items) and items[i].star

    @functools.cache
    def ways(i, j):
        """All ways on, with i items said and j characters read."""
        if not has_star and not -2 - optional <= j - i <= 2:
            return 0.0
        total = 1.0 if i == len(items) and j == len(true) else 0.0
        stays = 1 - model.swapped
        if j < len(true):
            t = true[j]
            if star(i - 1):
                total += ways(i, j + 1)  # the star stands for it
            elif not star(i):
                total += model.missing[t] * stays * ways(i, j + 1)
        if i < len(items):
            item = items[i]
            if item.star:
                total += ways(i + 1, j)
                return total
            here = 0.5 if item.optional else 1.0
            along = said_of_nothing(item) * here + (1 - here)
            total += along * ways(i + 1, j)
            if j < len(true):
                seen = (1 - model.missing[true[j]]) * stays * here
                total += seen * said(item, true[j]) * ways(i + 1, j + 1)
            if j + 1 < len(true) and i + 1 < len(items) and not items[i + 1].star:
                then = 0.5 if items[i + 1].optional else 1.0
                both = (1 - model.missing[true[j]]) * (1 - model.missing[true[j + 1]]) * here * then
                pair = said(item, true[j + 1]) * said(items[i + 1], true[j])
                total += model.swapped * both * pair * ways(i + 2, j + 2)
        return total

    stars = sum(item.star for item in items)
    places = (
        math.comb(max(0, len(true) - len(items) + stars) + stars - 1, stars - 1) if stars else 1
    )
    result = ways(0, 0) * (1 - model.extra) ** (len(true) + 1) / places
    if pattern.length is not None:
        off = max(pattern.length[0] - len(true), len(true) - pattern.length[1], 0)
        result *= min(0.5, 2 * (model.extra + model.missing.mean())) ** off
    return result


@st.composite
def small_patterns(draw):
    kinds = st.sampled_from(["8", "B", "A", "X", "1", "set", "?", "*", "optional", "about"])
    built = []
    for kind in draw(st.lists(kinds, min_size=1, max_size=6)):
        if kind == "*" and not (built and built[-1].star):
            built.append(Item(star=True))
        elif kind == "set":
            built.append(
                Item(
                    "8B", draw(st.sampled_from([(), (0.7, 0.2)])), draw(st.sampled_from([1.0, 0.8]))
                )
            )
        elif kind == "optional":
            built.append(Item("A", (), 1.0, optional=True))
        elif kind == "about":
            built.append(Item("0", (), ABOUT))
        elif kind == "?":
            built.append(Item())
        elif kind != "*":
            built.append(Item(kind))
    if not built:
        built.append(Item("7"))
    length = draw(st.sampled_from([None, None, (2, 4)]))
    return Pattern(tuple(built), length)
