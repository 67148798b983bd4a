"""One HTML file per report: nothing in it runs, and nothing in it is fetched.

The executed notebook goes through nbconvert with the package's own template. Code stays in the notebook
beside; styles, maps and charts are in the file. A content security policy forbids scripts and any address
but embedded data, and `external_references` looks for such addresses before a file is written.
"""

from __future__ import annotations

import html as html_escapes
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from workbench.reporting.style import TEMPLATES, fragment_style, sheet
from workbench.version import __version__

__all__ = ["external_references", "report_html"]

PROMISE = "Leads, not evidence of guilt; verify before enforcement."

# An address with a host: a scheme, or the two slashes of a protocol-relative one where an attribute, a
# style or a script could use it.
_ADDRESS = re.compile(
    r"""(?ix)
      \b(?:https?|wss?|ftps?|file|blob|filesystem|jar|gopher|mailto|tel|javascript|vbscript)\s*:\s*[/\w\\]
    | (?:=|\(|["'\s,])\s*["']?\s*//[a-z0-9\[]
    | (?:=|\(|["'\s,])\s*["']?\s*\\\\[a-z0-9\[]
    """
)
_ACTIVE = re.compile(
    r"""(?ix)
      <\s*(?:script|link|iframe|frame|object|embed|base|applet|form|audio|video|source|track|portal)\b
    | @import\b
    | \bon[a-z]{3,20}\s*=\s*["']?[^\s"'>]+\s*\(
    | <\s*meta[^>]+http-equiv\s*=\s*["']?\s*refresh
    | \b(?:src|srcset|poster|background|action|formaction|data|cite|ping|manifest)
      \s*=\s*["']?\s*(?!["']?(?:data:|\#|["'\s>]))[^\s"'>]
    | url\(\s*["']?(?!["']?(?:\#|data:))
    | \bhref\s*=\s*["']?(?!["']?\#)[^\s"'>]
    """
)
_AROUND = 40


def report_html(notebook: Any, meta: Mapping[str, Any]) -> str:
    """Return the executed notebook as one self-contained HTML text.

    Parameters
    ----------
    notebook : NotebookNode
        Executed; cells tagged ``notebook-only`` are left out.
    meta : mapping
        What the title block says of itself: title, subject, agency, made_at.
    """
    from nbconvert import exporters

    untyped: Any = exporters

    exporter = untyped.HTMLExporter(
        template_name="report",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
    )
    name, subject = str(meta["title"]), str(meta["subject"])
    title = subject if subject.startswith(name) else f"{name} · {subject}"
    report = {
        "page_title": f"{title} · {meta['agency']}",
        "version": __version__,
        "style": "\n".join(
            [sheet("pieces.css"), sheet("page.css"), _page_boxes(title, str(meta["agency"]))]
        ),
        "promise": PROMISE,
        "colophon": (
            f"Made by ALPR Workbench {__version__}. The access record keeps this file's SHA-256, so that a changed "
            "copy can be told from this one. The notebook beside this file holds the steps and the whole result."
        ),
    }
    body, _ = exporter.from_notebook_node(notebook, resources={"report": report})
    return str(body).replace(str(fragment_style()), "")


def external_references(html: str) -> list[str]:
    """Return every place of a page that names an address outside of it, or could run or load something.

    Looks at the text as it is and with its HTML, CSS, JavaScript and percent escapes undone. Embedded data
    (``data:``) and places in the page (``#…``) are no external references. What a reader merely sees as
    text counts too: a report has no business to hold an address.
    """
    found: dict[str, None] = {}
    for text in _readings(html):
        for pattern in (_ADDRESS, _ACTIVE):
            for match in pattern.finditer(text):
                start, end = max(0, match.start() - 5), match.end() + _AROUND
                found.setdefault(" ".join(text[start:end].split())[: _AROUND + 30])
    return list(found)


def _readings(html: str) -> list[str]:
    """Return the page without embedded data, and the same with escapes undone."""
    bare = re.sub(r"data:[\w/+.\-]+(?:;[\w=\-]+)*;base64,[A-Za-z0-9+/=]*", "data:", html)
    bare = _PATHS.sub('d=""', bare)
    undone = html_escapes.unescape(html_escapes.unescape(bare))
    undone = re.sub(r"\\u\{?([0-9a-fA-F]{2,6})\}?|\\x([0-9a-fA-F]{2})", _from_code, undone)
    undone = re.sub(r"\\([0-9a-fA-F]{1,6})\s?", _from_code, undone)
    undone = undone.replace("\\/", "/")
    undone = unquote(undone)
    undone = re.sub(r"/\*.*?\*/", "", undone, flags=re.DOTALL)
    return [bare, undone] if undone != bare else [bare]


_PATHS = re.compile(r'\bd="[MLHVCSQTAZmlhvcsqtaz0-9eE.,\s+-]*"')


def _from_code(match: re.Match[str]) -> str:
    code = int(next(part for part in match.groups() if part), 16)
    return chr(code) if 0 < code < 0x110000 else ""


def _page_boxes(title: str, agency: str) -> str:
    """Return what stands in the margins of every printed page."""
    font = 'font: 7.4pt/1.3 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; color: #5d646c;'
    return (
        "@page { margin: 19mm 15mm 17mm 15mm;\n"
        f"  @top-left {{ content: {_css_text(title)}; {font} }}\n"
        f"  @top-right {{ content: {_css_text(agency)}; {font} }}\n"
        f"  @bottom-left {{ content: {_css_text(PROMISE)}; {font} font-weight: 700; color: #1d2126; }}\n"
        f'  @bottom-right {{ content: "Page " counter(page) " of " counter(pages); {font} }}\n'
        "}\n"
        "@page :first { margin-top: 14mm; @top-left { content: none; } @top-right { content: none; } }\n"
    )


def _css_text(words: str) -> str:
    r"""Return words as a CSS string in which nothing can end the string or the style element.

    >>> _css_text('a"}</style>')
    '"a\\22 \\7d \\3c \\2f style\\3e "'
    """
    safe = "".join(
        character if character.isalnum() or character in " ·,.:;-–" else f"\\{ord(character):x} "
        for character in words
        if character.isprintable()
    )
    return f'"{safe}"'
