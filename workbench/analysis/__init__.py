"""Pure analysis: functions of frames and arrays, without a database, a file of the site's, or a network.

Plates and what is said of them:

- :mod:`~workbench.analysis.plates`       normalizing, states and their formats
- :mod:`~workbench.analysis.pattern`      what a witness or a photograph says of a plate
- :mod:`~workbench.analysis.errormodels`  how cameras misread and witnesses misremember
- :mod:`~workbench.analysis.learning`     how this agency's cameras misread, from its own reads, with
  ``linking``, ``neighbors`` and ``confusions`` under it and :mod:`~workbench.analysis.learned` to keep it

Weighing them:

- :mod:`~workbench.analysis.plateset`     many plates in few bytes, and
  :mod:`~workbench.analysis.plateindex`   every plate of a home, mapped into memory
- :mod:`~workbench.analysis.scoring`      the likelihood of a pattern for each plate of a set, and
  :mod:`~workbench.analysis.kernel`       the compiled scan under it
- :mod:`~workbench.analysis.fits`         how plates fit once the camera's mistakes are allowed for
- :mod:`~workbench.analysis.evidence`     color, make, body, place: factors for a candidate
- :mod:`~workbench.analysis.shortlist`    of a long window, the vehicles worth looking up
- :mod:`~workbench.analysis.partial`      every vehicle ranked by how probable it is that it was meant
- :mod:`~workbench.analysis.misread`      whether a hit is one, with ``misread_weights`` under it
- :mod:`~workbench.analysis.alike`        plates that are probably one vehicle, misread
- :mod:`~workbench.analysis.explain`      why a plate fits, in words

Reads and places:

- :mod:`~workbench.analysis.vehicles`     reads gathered by vehicle
- :mod:`~workbench.analysis.geo`          distances, scenes, H3 cells, directions
- :mod:`~workbench.analysis.canvass`      vehicles around a scene, and how usual they are there
- :mod:`~workbench.analysis.coverage`     which cameras could have seen it, and when they were out
- :mod:`~workbench.analysis.caveats`      the sentences that every result carries

Nothing heavy (numba, pyproj, shapely) is loaded before it is used.
"""

from __future__ import annotations

__all__: list[str] = []
