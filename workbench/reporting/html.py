"""One HTML file per report: nothing in it runs, and nothing in it is fetched.

The executed notebook goes through nbconvert with the package's own template. Code stays in the notebook
beside; styles, maps and charts are in the file. A content security policy forbids scripts and any address
but embedded data, and `external_references` looks for such addresses before a file is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.reporting.references import external_references, without_addresses
from workbench.reporting.style import TEMPLATES, fragment_style, sheet
from workbench.version import __version__

__all__ = ["external_references", "report_html"]

PROMISE = "Leads, not evidence of guilt; verify before enforcement."


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
    return without_addresses(str(body).replace(str(fragment_style()), ""))


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
