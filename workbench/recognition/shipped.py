"""Weights that ship with the package: named, checked against their SHA-256, and run by ONNX Runtime on one thread."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any

from workbench.errors import Failed

__all__ = ["SHIPPED", "open_session", "weights"]

SHIPPED = Path(str(resources.files("workbench.recognition") / "weights"))
"""The folder of the package's own weights."""


def weights(
    name: str, folder: Path | None = None, *, file: str = "", said: str = "sha256"
) -> tuple[dict[str, Any], bytes]:
    """Return what is said of some weights, and the weights.

    Parameters
    ----------
    name : str
        ``plate-reader`` or ``plate-finder``: ``<name>.json`` describes ``<name>.onnx``.
    folder : Path, optional
        Where they lie; the package's own if not given.
    file : str
        Another file than ``<name>.onnx``.
    said : str
        Under which word its SHA-256 stands in the description.

    Raises
    ------
    Failed
        They are missing, or not those that were named.
    """
    place, shown = folder or SHIPPED, name.replace("-", " ")
    try:
        described: dict[str, Any] = json.loads((place / f"{name}.json").read_text("utf-8"))
        content = (place / (file or f"{name}.onnx")).read_bytes()
    except OSError as error:
        raise Failed(
            f"The {shown}'s weights are missing.",
            "Install the package again, or name their folder.",
        ) from error
    if hashlib.sha256(content).hexdigest() != described.get(said):
        raise Failed(
            f"The {shown}'s weights are not those that were named: their SHA-256 differs.",
            "Install the package again; do not use this file.",
        )
    return described, content


def open_session(content: bytes) -> Any:
    """Return a session of ONNX Runtime on one thread.

    Raises
    ------
    Failed
        ONNX Runtime is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise Failed(
            "Finding and reading plates needs ONNX Runtime.",
            "Install it: pip install 'alpr-workbench[recognition]'.",
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
