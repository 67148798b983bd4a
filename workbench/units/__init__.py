"""Mobile units: which there are, when each last brought its reads, and whether somebody undocked one."""

from workbench.units.register import Units

__all__ = ["Units"]
