"""Reports: papermill notebooks under typed parameters, printed as one self-contained HTML file.

========================  ====================================================================
``parameters``            what each report may be asked, checked before papermill sees anything
``runner``, ``kernel``    run a notebook in its own quiet kernel; keep nothing of a failed run
``html``, ``references``  one file, no script, no external address; looks right on paper
``views``, ``audit_views``  what the notebooks show; an analyst can call the same functions
``maps``, ``charts``      static figures from the agency's own street layer
``text``, ``tables``      words, numbers, tables and plates
========================  ====================================================================

Nothing is imported here: matplotlib, geopandas and papermill load with the module that needs them.
"""

from __future__ import annotations

__all__: list[str] = []
