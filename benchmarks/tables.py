"""What the benchmarks write into the documents."""

from __future__ import annotations

from pathlib import Path

__all__ = ["put"]


def put(document: Path, name: str, lines: list[str]) -> None:
    """Put lines between the marks of that name in a document."""
    text = document.read_text("utf-8")
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, rest = text.split(start)
    _, after = rest.split(end)
    document.write_text(f"{before}{start}\n" + "\n".join(lines) + f"\n{end}{after}", "utf-8")
