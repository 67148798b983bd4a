"""Hot lists and hits as members use them: every act is decided by the policy and on the record.

``Service.hotlists`` is one. Each method takes the member's session token first. An open hit is its own ground: its
list says for which of the policy's purposes it is matched, its entry names the case, and the number of the hit stands
for the reason. A closed hit, and a match against stored reads, need case, purpose and reason like any query.
"""

from __future__ import annotations

from workbench.hotlists.hitacts import HitActs
from workbench.hotlists.listacts import BY_HAND, ListActs

__all__ = ["BY_HAND", "HotLists"]


class HotLists(ListActs, HitActs):
    """Hot lists and hits of a home; see :class:`~workbench.hotlists.shared.Shared` for what it is made of."""
