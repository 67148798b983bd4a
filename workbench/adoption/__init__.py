"""Which policy is in force: adopted by two members, on the record, kept by its hash."""

from workbench.adoption.changes import PolicyChanges
from workbench.adoption.force import opened, policy_of

__all__ = ["PolicyChanges", "opened", "policy_of"]
