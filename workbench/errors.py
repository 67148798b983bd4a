"""Every exception the workbench raises on purpose.

::

    WorkbenchError
    ├── Refused              policy said no: carries clause, citation, reason and remedy
    │   ├── NotLoggedIn      no session, or it has ended
    │   ├── LoginRefused     wrong name or password, locked or disabled account
    │   └── TransferRefused  a file that policy does not let in: nothing of it was kept
    └── Failed               something went wrong: carries the next step
        ├── NotSetUp         the data folder, its keys or its tables are missing or of another release
        ├── BadInput         a parameter, pattern, time or place that cannot be understood
        │   ├── BadPattern   a plate pattern: says at which character
        │   └── BadTime      a time without zone that a clock change makes ambiguous or impossible
        ├── BadProfile       a policy profile that does not hold: says line and mend
        ├── BadTransfer      a file that cannot be taken in: nothing of it was kept
        ├── RecordUnwritable the access record could not be written, so there is no result
        ├── RecordBroken     the access record was altered, reordered, or cut
        ├── Cancelled        whoever asked wants it no longer
        └── ReportFailed     a report notebook did not run to its end

Neither kind ever carries a plate, a name, a reason in words, or SQL: messages end up in terminals,
notebooks and logs.
"""

from __future__ import annotations

__all__ = [
    "BadInput",
    "BadPattern",
    "BadProfile",
    "BadTime",
    "BadTransfer",
    "Cancelled",
    "Failed",
    "LoginRefused",
    "NotLoggedIn",
    "NotSetUp",
    "RecordBroken",
    "RecordUnwritable",
    "Refused",
    "ReportFailed",
    "TransferRefused",
    "WorkbenchError",
]


class WorkbenchError(Exception):
    """The root of all errors that the workbench raises on purpose."""


class Refused(WorkbenchError):
    """Policy said no.

    Parameters
    ----------
    reason : str
        What was missing or not allowed, in a sentence.
    clause : str
        The clause's number in the profile, such as ``"462.3(d)"``; empty where no clause is behind it.
    citation : str
        The policy or statute in full, such as ``"Clovis PD Policy 462.3(d)"``.
    remedy : str
        What would make it allowed, and who can do that.
    """

    def __init__(
        self, reason: str, *, clause: str = "", citation: str = "", remedy: str = ""
    ) -> None:
        self.reason = reason
        self.clause = clause
        self.citation = citation
        self.remedy = remedy
        where = f" [{citation or clause}]" if (citation or clause) else ""
        mend = f" {remedy}" if remedy else ""
        super().__init__(f"Refused: {reason}{where}{mend}")


class NotLoggedIn(Refused):
    """No session, or one that has ended."""


class LoginRefused(Refused):
    """Wrong name or password, a locked account, or a disabled one."""


class TransferRefused(Refused):
    """A file that policy does not let in, whoever brings it; nothing of it was kept."""


class Failed(WorkbenchError):
    """Something went wrong.

    Parameters
    ----------
    problem : str
        What was wrong and where, in a sentence.
    next_step : str
        What to do about it.
    """

    def __init__(self, problem: str, next_step: str = "") -> None:
        self.problem = problem
        self.next_step = next_step
        super().__init__(f"{problem} {next_step}".strip())


class NotSetUp(Failed):
    """The data folder, its keys or its tables are missing or belong to another release."""


class BadInput(Failed):
    """A parameter, pattern, time or place that cannot be understood."""


class BadPattern(BadInput):
    """A plate pattern that cannot be understood.

    Parameters
    ----------
    position : int
        The offending character, counted from 0.
    """

    def __init__(self, problem: str, next_step: str = "", *, position: int = 0) -> None:
        self.position = position
        super().__init__(problem, next_step)


class BadTime(BadInput):
    """A time that is missing its zone, ambiguous, or impossible."""


class BadProfile(Failed):
    """A policy profile that does not hold together."""


class BadTransfer(Failed):
    """A file that cannot be taken in; nothing of it was kept."""


class RecordUnwritable(Failed):
    """The access record could not be written, so there is no result."""


class RecordBroken(Failed):
    """The access record was altered, reordered, or cut."""


class Cancelled(Failed):
    """Whoever asked for it wants it no longer; nothing of it is shown."""


class ReportFailed(Failed):
    """A report notebook did not run to its end."""
