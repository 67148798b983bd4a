"""How the weights came about: synthetic plates, a camera, and training. Needs torch and fonts only when run.

``docs/models/plate-reader.md`` says how to run it.
"""

__all__: list[str] = []
