"""Keep JupyterLab's one-letter commands away from the desk: see ``keyguard.js``."""

from __future__ import annotations

from pathlib import Path

import anywidget

__all__ = ["KeyGuard"]


class KeyGuard(anywidget.AnyWidget):
    """Shows nothing; any number of them does no harm, and outside JupyterLab it changes nothing."""

    _esm = (Path(__file__).parent / "keyguard.js").read_text(encoding="utf-8")
