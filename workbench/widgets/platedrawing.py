"""A plate drawn as a plate: one SVG element, nothing fetched, the same on every machine.

The colors are near those of each state's most common plate, quiet enough for a list of fifty. They help to tell states
apart at a glance; they are no proof of what the plate in question looks like, since every state issues many designs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from workbench.analysis.plates import STATES, state_code

__all__ = ["Look", "look_of", "plate_svg", "spoken"]

_HIGH = 112
_PITCH = 27.6  # from one character to the next, in units of the drawing, which is 240 wide
_ROOM = 212.0
_SIZE = 44.0  # a monospaced character is 0.6 of that wide, whatever the font
_MONO = "'SF Mono', Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace"
_SANS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"
_SHORT = {"DC": "Washington, D.C.", "MP": "N. Mariana Islands", "VI": "Virgin Islands"}


@dataclass(frozen=True, slots=True)
class Look:
    """The colors of a plate, as ``#rrggbb``.

    Parameters
    ----------
    ground, ink : str
        The plate, and its number.
    name : str
        The state's name.
    top, bottom : str
        Strips along the edges; empty for none.
    """

    ground: str = "#f6f7f8"
    ink: str = "#1d2126"
    name: str = "#5d646c"
    top: str = ""
    bottom: str = ""


# ground, ink, name, top, bottom
_TABLE = """
AL #fbf5ec #8a1f2b #23408f          AK #f0c733 #1b3a8a #1b3a8a          AZ #dcecea #12463f #5a3b73
AR #f7f8f9 #111111 #b0202c          CA #fdfdfc #1b2a6b #b3202c          CO #2f5d46 #ffffff #ffffff
CT #dfeaf5 #10284f #10284f          DE #1c3a7a #e6c14b #e6c14b          DC #fbfcfd #1f3c88 #b3202c
FL #f7faf5 #1f6b4a #1f6b4a          GA #f8f8f4 #161616 #5b4a82          HI #f7f7f3 #151515 #151515
ID #f1f3f7 #131d3a #a8282f          IL #edf3f8 #a32430 #1d3f7a          IN #eef2f8 #14255e #14255e - #c9a548
IA #e9f1f8 #17306e #17306e          KS #dfe6ee #1b2240 #1b2240          KY #eef4fa #1a2a6c #1a2a6c
LA #fbf6e6 #151515 #8a1f2b          ME #f7f8f8 #161616 #1d5d44          MD #fbfbfb #121212 #121212 - #c8952b
MA #fbfbfc #b52733 #1f3f8f          MI #fafbfd #1f3f94 #ffffff #1f3f94  MN #e3eef7 #1d2f7a #1d2f7a
MS #f2f5ec #13304a #13304a          MO #eef4f9 #14254f #14254f          MT #eaf0f7 #1c2c66 #1c2c66
NE #f0f5f9 #1c2f74 #1c2f74          NV #e3e9ef #1a2a5e #1a2a5e          NH #f6f9f7 #1f5d44 #1f5d44
NJ #f3e9b8 #151515 #151515          NM #f4dc6e #9a1b24 #9a1b24          NY #fbfbf9 #17264f #ffffff #1f3a80 #c9a02f
NC #fafcfe #2346a0 #b02530          ND #e7eff4 #151515 #151515          OH #f6f8fa #1c2f6d #a8282f
OK #f3f7f5 #1a1a1a #15502f          OR #ebecf4 #1f2a6b #1f2a6b          PA #fbfcfd #1c2f74 #ffffff #1f3a8c #e0bf48
RI #eff3f7 #15294f #15294f          SC #f2f5f8 #151515 #1d4f7a          SD #eef3f7 #1b2a6b #8a2030
TN #edf4ea #15254f #15254f          TX #fbfbfb #151515 #1c2f66          UT #f5f3ee #16284f #a8452a
VT #1f5f45 #ffffff #ffffff          VA #fbfcfd #1f3a8c #1f3a8c          WA #eef3f8 #17295c #a12a30
WV #fbfbf8 #1a2f70 #1a2f70 #d9b23c  WI #f8f8f6 #161616 #a8282f          WY #ecf0ee #17305c #6a4a1f
"""


def _looks() -> dict[str, Look]:
    found: dict[str, list[str]] = {}
    words: list[str] = []
    for word in _TABLE.split():
        if not word.startswith(("#", "-")):
            words = found.setdefault(word, [])
        else:
            words.append("" if word == "-" else word)
    return {state: Look(*colors) for state, colors in found.items()}


_LOOKS = _looks()
_PLAIN = Look()


def look_of(state: str) -> Look:
    """Return the colors of a state's plate; plain ones for a state that is not known."""
    return _LOOKS.get(state_code(state), _PLAIN)


def spoken(plate: str, state: str = "") -> str:
    """Return a plate as a screen reader says it: characters one by one.

    >>> spoken("7AB", "CA")
    '7 A B, California'
    """
    name = STATES.get(state_code(state), "state not read")
    return f"{' '.join(plate)}, {name}"


def plate_svg(
    plate: str,
    state: str = "",
    *,
    differs: Iterable[int] = (),
    width: int = 132,
    silent: bool = False,
) -> Markup:
    """Return a plate as an SVG element.

    Parameters
    ----------
    plate, state : str
        The plate as it is kept, and its state where known.
    differs : iterable of int
        Positions that contradict what was said: underlined.
    width : int
        In pixels; the height is in proportion.
    silent : bool
        A screen reader passes it over, because what stands around it says the same.
    """
    look, marked = look_of(state), set(differs)
    code = state_code(state)
    title = _SHORT.get(code, STATES.get(code, ""))
    named = Markup("{}, {}").format(plate, STATES.get(code, "state not read"))
    said = (
        Markup('aria-hidden="true"')
        if silent
        else Markup('role="img" aria-label="Plate {}"').format(spoken(plate, state))
    )
    return Markup(
        '<svg class="wbd-plate" {} viewBox="0 0 240 {}" width="{}" height="{}"><title>{}</title>{}{}{}{}</svg>'
    ).format(
        said,
        _HIGH,
        width,
        round(width * _HIGH / 240),
        named,
        _sheet(look),
        _name(look, title),
        _number(look, plate, marked),
        _bolts(look),
    )


def _sheet(look: Look) -> Markup:
    strips = Markup("")
    if look.top:
        strips += Markup('<path d="M3 34V15Q3 3 15 3H225Q237 3 237 15V34Z" fill="{}"/>').format(
            look.top
        )
    if look.bottom:
        strips += Markup(
            '<path d="M3 98V97Q3 109 15 109H225Q237 109 237 97V98Z" fill="{}"/>'
        ).format(look.bottom)
    edge = Markup(
        '<rect x="2" y="2" width="236" height="{}" rx="13" fill="{}" stroke="#1d2126" stroke-width="3"/>'
    )
    return edge.format(_HIGH - 4, look.ground) + strips + edge.format(_HIGH - 4, "none")


def _name(look: Look, title: str) -> Markup:
    if not title:
        return Markup("")
    room = Markup(' textLength="150" lengthAdjust="spacingAndGlyphs"') if len(title) > 14 else ""
    return Markup(
        '<text x="120" y="26" text-anchor="middle" fill="{}"{} style="font:700 19px {};letter-spacing:.04em">{}</text>'
    ).format(look.name, room, _SANS, title)


def _number(look: Look, plate: str, marked: set[int]) -> Markup:
    """Return the number: characters in equal steps, taller than wide, as they are stamped."""
    if not plate:
        return Markup("")
    pitch = min(_PITCH, _ROOM / len(plate))
    size = _SIZE * pitch / _PITCH
    start = 120 - pitch * (len(plate) - 1) / 2
    xs = [start + pitch * at for at in range(len(plate))]
    text = Markup(
        '<text transform="translate(0 88) scale(1 1.3)" x="{}" text-anchor="middle" fill="{}" '
        'style="font:700 {:.1f}px {}">{}</text>'
    ).format(" ".join(f"{x:.1f}" for x in xs), look.ink, size, _MONO, plate)
    lines = Markup("").join(
        Markup('<rect x="{:.1f}" y="93" width="{:.1f}" height="5" rx="1" fill="#d0480c"/>').format(
            xs[at] - pitch * 0.4, pitch * 0.8
        )
        for at in sorted(marked)
        if at < len(plate)
    )
    return text + lines


def _bolts(look: Look) -> Markup:
    """Return the two holes at the top, there for nothing but to be seen as a plate."""
    return Markup("").join(
        Markup('<circle cx="{}" cy="16" r="4" fill="{}" stroke="{}" stroke-opacity=".5"/>').format(
            x, "#ffffff" if look.top else look.ground, look.ink
        )
        for x in (26, 214)
    )
