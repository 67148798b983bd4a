"""Members of the workbench: accounts, passwords and keys, qualifications, log-ins and sessions."""

from workbench.people.sessions import People

__all__ = ["People"]
