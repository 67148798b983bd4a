"""The plate reader in the form of EasyOCR's custom recognition networks; EasyOCR finds it by this folder's path."""

from __future__ import annotations

__all__: list[str] = []
