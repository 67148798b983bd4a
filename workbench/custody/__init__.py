"""Custody of what the agency keeps: holds, retention, purges, and packages of evidence.

:class:`workbench.custody.desk.Custody` is what the service hands out; everything below it is a part of that.
"""

from __future__ import annotations

__all__: list[str] = []
