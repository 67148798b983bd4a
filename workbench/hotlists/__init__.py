"""Hot lists and hits: lists kept encrypted, reads held against them, and what stands between a hit and acting on it."""

from workbench.hotlists.desk import HotLists
from workbench.hotlists.hits import Hit
from workbench.hotlists.lists import HotList, ListImport
from workbench.hotlists.runs import Run
from workbench.hotlists.views import HitView

__all__ = ["Hit", "HitView", "HotList", "HotLists", "ListImport", "Run"]
