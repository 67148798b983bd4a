"""The fictional city of Santa Lucera: a training ground whose truth is known.

::

    from workbench.training import simulate

    delivery = simulate("data/city", reads=500_000, days=60, end=date(2026, 11, 20))
"""

from __future__ import annotations

from workbench.training.simulate import Delivery, Progress, simulate

__all__ = ["Delivery", "Progress", "simulate"]
