"""Reading plates in pictures, offline: with weights that are part of the package.

from workbench import recognition

picture = recognition.open_picture(path)
for plate in recognition.engine().read(picture.pixels):
    pattern = recognition.to_pattern(plate.reading)        # for case.partial(pattern, seen_by="camera", …)
verdict = recognition.verify(picture.pixels, "7ABC123")    # agree, disagree where, cannot tell
"""

from __future__ import annotations

from workbench.recognition.engines import Engine, engine
from workbench.recognition.images import Picture, open_picture
from workbench.recognition.reader import Reading
from workbench.recognition.seen import PlateSeen, alternatives, readable, to_pattern
from workbench.recognition.verdict import Verdict, verify

__all__ = [
    "Engine",
    "Picture",
    "PlateSeen",
    "Reading",
    "Verdict",
    "alternatives",
    "engine",
    "open_picture",
    "readable",
    "to_pattern",
    "verify",
]
