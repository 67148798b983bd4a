"""The reports' style sheets, read from the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markupsafe import Markup

__all__ = ["TEMPLATES", "fragment_style", "sheet"]

TEMPLATES = Path(__file__).parent / "template"


@cache
def sheet(name: str) -> str:
    """Return a style sheet of the template folder."""
    return (TEMPLATES / "report" / name).read_text(encoding="utf-8")


@cache
def fragment_style() -> Markup:
    """Return the style of the reports' pieces, for a notebook that shows them."""
    return Markup(f"<style>{sheet('pieces.css')}</style>")  # noqa: S704 -- our own style sheet
