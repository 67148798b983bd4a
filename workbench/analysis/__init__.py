"""Pure analysis: functions of frames and arrays, without a database, a file of the site's, or a network.

Each module is one noun:

- :mod:`~workbench.analysis.plates`       normalizing, states and their formats
- :mod:`~workbench.analysis.pattern`      what a witness or a photograph says of a plate
- :mod:`~workbench.analysis.errormodels`  how cameras misread and witnesses misremember
- :mod:`~workbench.analysis.evidence`     color, make, body, place: factors for a candidate
- :mod:`~workbench.analysis.partial`      every vehicle ranked by how probable it is that it was meant
- :mod:`~workbench.analysis.scoring`      the likelihood of a pattern for each plate of a set
- :mod:`~workbench.analysis.explain`      why a plate fits, in words
- :mod:`~workbench.analysis.kernel`       the compiled scan under it, and
  :mod:`~workbench.analysis.diagonals`    its quicker form for patterns of fixed length
- :mod:`~workbench.analysis.geo`          distances, scenes, H3 cells, directions
- :mod:`~workbench.analysis.canvass`      vehicles around a scene, and how usual they are there
- :mod:`~workbench.analysis.coverage`     which cameras could have seen it, and when they were out
- :mod:`~workbench.analysis.caveats`      the sentences that every result carries

Nothing heavy (numba, pyproj, shapely) is loaded before it is used.
"""

from __future__ import annotations

__all__: list[str] = []
