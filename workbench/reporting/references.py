"""Find whatever in a page points outside of it, could load something, or could run."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

__all__ = ["external_references", "without_addresses"]

_SCHEMES = r"https?|wss?|ftps?|sftp|file|blob|filesystem|jar|gopher|mailto|tel|javascript|vbscript"
# An address with a host: a scheme, or the two slashes of a protocol-relative one where it could be used.
_ADDRESS = re.compile(
    rf"""(?ix)
      \b(?:{_SCHEMES})\s*:[/\w\\]
    | (?:=|\(|["']|\burl|\bimport)\s*["']?\s*(?://|\\\\)[a-z0-9\[]
    """
)
_SEEN = re.compile(rf"\b({_SCHEMES}):(?=[/\w\\])", re.IGNORECASE)
_TAGS = frozenset(
    [
        "script",
        "link",
        "iframe",
        "frame",
        "frameset",
        "object",
        "embed",
        "applet",
        "base",
        "form",
        "audio",
        "video",
        "source",
        "track",
        "portal",
        "foreignobject",
        "animate",
        "set",
        "handler",
        "listener",
    ]
)
_LOADING = frozenset(
    [
        "src",
        "srcset",
        "href",
        "xlink:href",
        "poster",
        "background",
        "action",
        "formaction",
        "data",
        "cite",
        "ping",
        "manifest",
        "codebase",
        "archive",
        "classid",
        "longdesc",
        "profile",
        "usemap",
        "icon",
        "dynsrc",
        "lowsrc",
        "srcdoc",
    ]
)
_CSS_LOADS = re.compile(
    r"""(?i)@import\b|\burl\(\s*["']?(?!\#|data:|["'])|\bimage-set\(|\bexpression\(|-moz-binding"""
)
_RAW_TAGS = re.compile(r"(?i)<\s*(?:script|link|iframe|object|embed|base|form)\b")
_EMBEDDED = re.compile(r"data:[\w/+.\-]+(?:;[\w=\-]+)*;base64,[A-Za-z0-9+/=]*")
_PATHS = re.compile(r'\bd="[MLHVCSQTAZmlhvcsqtaz0-9eE.,\s+-]*"')
_SHOWN = 70


def external_references(html: str) -> list[str]:
    """Return every place of a page that names an address outside of it, or could load or run something.

    The page is taken apart as a browser does it, and its HTML, CSS, JavaScript and percent escapes are undone.
    Embedded data (``data:`` images and fonts) and places in the page (``#…``) are no external references. An
    address that a reader merely sees as text counts too: a report has no business to hold one.
    """
    bare = _PATHS.sub('d=""', _EMBEDDED.sub("data:image/png;base64,", html))
    finder = _Finder()
    finder.feed(bare)
    finder.close()
    for pattern in (_ADDRESS, _RAW_TAGS):
        finder.look(pattern, bare)
    return list(finder.found)


def without_addresses(html: str) -> str:
    """Return a page in which an address in running text cannot be taken for one: ``https[:]//…``.

    Somebody may type an address into a reason. It stays readable; attributes and styles stay as they are, so that
    an address that a browser would follow is still found.
    """
    parts = re.split(r"(<style\b.*?</style\s*>|<[^>]*>)", html, flags=re.DOTALL | re.IGNORECASE)
    return "".join(part if part.startswith("<") else _defanged(part) for part in parts)


def _defanged(text: str) -> str:
    if not _ADDRESS.search(_undone(unescape(text))) and not _SEEN.search(text):
        return text
    return re.sub(rf"(?i)\b({_SCHEMES})(?::|&#0*58;|&#x0*3a;|&colon;)(?=[/\w\\&%])", r"\1[:]", text)


class _Finder(HTMLParser):
    """Takes a page apart and notes what it finds, each once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, None] = {}
        self._inside = ""

    def look(self, pattern: re.Pattern[str], text: str) -> None:
        """Note every match, with a few characters around it."""
        for match in pattern.finditer(text):
            around = text[max(0, match.start() - 5) : match.end() + 40]
            self.found.setdefault(" ".join(around.split())[:_SHOWN])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag if tag in ("style", "script") else ""
        if tag in _TAGS:
            self.found.setdefault(f"<{tag}>")
        for name, given in attrs:
            self._attribute(tag, name, given or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._inside = ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = "" if tag == self._inside else self._inside

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self._style(data)
        else:
            self.look(_ADDRESS, data)
            self.look(_ADDRESS, _undone(unescape(data)))

    def _attribute(self, tag: str, name: str, value: str) -> None:
        shown = f"<{tag} {name}={value[:40]}>"
        if name.startswith("on") or (name == "http-equiv" and value.strip().lower() == "refresh"):
            self.found.setdefault(shown)
        if name in _LOADING and value.strip() and not _stays(value):
            self.found.setdefault(shown)
        if name == "style":
            self._style(value)
        for text in (value, _undone(value)):
            if name != "http-equiv" and not _stays(value):
                self.look(_ADDRESS, text)
            self.look(_CSS_LOADS, text)

    def _style(self, sheet: str) -> None:
        for text in (sheet, _undone(sheet)):
            self.look(_CSS_LOADS, text)
            self.look(_ADDRESS, text)


def _stays(value: str) -> bool:
    """Say whether an attribute's value stays in the page: a place in it, or embedded data that cannot run."""
    plain = "".join(value.split()).lower()
    return plain.startswith("#") or bool(
        re.match(r"data:(?:image/(?:png|jpeg|gif|webp)|font/)", plain)
    )


def _undone(text: str) -> str:
    """Return text with JavaScript, CSS and percent escapes undone and comments taken out."""
    text = re.sub(r"\\u\{?([0-9a-fA-F]{2,6})\}?|\\x([0-9a-fA-F]{2})", _from_code, text)
    text = re.sub(r"\\([0-9a-fA-F]{1,6})\s?", _from_code, text)
    text = re.sub(r"\\(?=[a-zA-Z/])", "", text)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return unquote(text)


def _from_code(match: re.Match[str]) -> str:
    code = int(next(part for part in match.groups() if part), 16)
    return chr(code) if 0 < code < 0x110000 else ""
