"""What each report may be asked, as typed models.

papermill writes parameters into a notebook as code and only warns about a name it does not know. So
nothing reaches it that has not passed one of these models: unknown names, wrong types and names that
are not identifiers are refused, and there is no field for a password or a token.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from workbench.errors import BadInput

__all__ = [
    "REPORTS",
    "AuditParameters",
    "CanvassParameters",
    "PartialPlateParameters",
    "ReportParameters",
    "check",
]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SECRET = re.compile(r"passw|passphrase|token|secret|credential|api_?key|cookie", re.IGNORECASE)
_CORNERS = 3


def _plain(text: str) -> str:
    """Refuse control and direction characters: they change what a reader sees."""
    if _CONTROL.search(text):
        message = "has a line break or another control character"
        raise ValueError(message)
    return text.strip()


def _moment(value: Any) -> Any:
    """Take times as ISO 8601 text or aware datetimes only, never as numbers."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            message = "is no ISO 8601 time, such as 2026-03-10T21:10:00-07:00"
            raise ValueError(message) from None
    if not isinstance(value, dt.datetime):
        message = "is no ISO 8601 time, such as 2026-03-10T21:10:00-07:00"
        raise ValueError(message)  # noqa: TRY004 -- pydantic turns ValueError into its own error
    return value


Line = Annotated[str, Field(max_length=80), AfterValidator(_plain)]
Words = Annotated[str, Field(max_length=500), AfterValidator(_plain)]
Named = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_plain)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Radius = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
State = Annotated[str, Field(pattern=r"^([A-Z]{2})?$")]
Pattern = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9?*#@~\[\](){}!/ .·-]+$")
]


class ReportParameters(BaseModel):
    """What every report has: a window of time, start included and end excluded."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    report: ClassVar[str] = ""
    title: ClassVar[str] = ""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _in_order(self) -> ReportParameters:
        if self.end <= self.start:
            message = "the window ends before it starts: swap start and end"
            raise ValueError(message)
        return self

    @property
    def folder(self) -> str:
        """The folder below ``reports/`` that the report goes to."""
        raise BadInput("This report has no folder.", "Use one of the reports in REPORTS.")

    def for_notebook(self) -> dict[str, Any]:
        """Return the parameters as papermill gets them: text, numbers, lists and None only."""
        return self.model_dump(mode="json")


class _CaseParameters(ReportParameters):
    """What a report on reads has: the case, and why it is asked."""

    case: Named
    purpose: Named
    reason: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_plain)]
    crime_type: Line = ""
    incident_number: Line = ""

    @property
    def folder(self) -> str:
        """The case's number."""
        return self.case


class CanvassParameters(_CaseParameters):
    """Who was near a scene: a circle, or a polygon of (latitude, longitude) corners."""

    report: ClassVar[str] = "canvass"
    title: ClassVar[str] = "Canvass"

    latitude: Latitude | None = None
    longitude: Longitude | None = None
    radius_m: Radius | None = None
    polygon: list[list[float]] | None = None

    @model_validator(mode="after")
    def _one_scene(self) -> CanvassParameters:
        circle = (self.latitude, self.longitude, self.radius_m)
        if self.polygon is not None:
            if any(part is not None for part in circle):
                message = "give a circle or a polygon, not both"
                raise ValueError(message)
            _check_corners(self.polygon)
        elif any(part is None for part in circle):
            message = "the scene needs latitude, longitude and radius_m, or a polygon"
            raise ValueError(message)
        return self


class PartialPlateParameters(_CaseParameters):
    """Which vehicles a partial plate may mean; ``at`` is when the vehicle was at the place given."""

    report: ClassVar[str] = "partial_plate"
    title: ClassVar[str] = "Partial plate"

    pattern: Pattern
    seen_by: Literal["witness", "camera"] = "witness"
    state: State | None = None
    color: Line | None = None
    make: Line | None = None
    model: Line | None = None
    body: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    radius_m: Radius | None = None
    at: Moment | None = None

    @model_validator(mode="after")
    def _whole_place(self) -> PartialPlateParameters:
        given = [part is not None for part in (self.latitude, self.longitude, self.radius_m)]
        if any(given) and not all(given):
            message = "a place needs latitude, longitude and radius_m together"
            raise ValueError(message)
        if self.at is not None and not all(given):
            message = (
                "at, the time of the incident, needs its place: latitude, longitude and radius_m"
            )
            raise ValueError(message)
        if self.at is not None and not self.start <= self.at <= self.end:
            message = "at, the time of the incident, lies outside the window"
            raise ValueError(message)
        return self


class AuditParameters(ReportParameters):
    """How the system was used in a period, for a reviewer and an approver."""

    report: ClassVar[str] = "audit"
    title: ClassVar[str] = "Access audit"

    sample_size: Annotated[int, Field(ge=1, le=500)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 1
    confidence: Annotated[float, Field(gt=0, lt=1)] | None = None
    share: Annotated[float, Field(gt=0, le=1)] | None = None
    reviewer: Line = ""
    approver: Line = ""

    @property
    def folder(self) -> str:
        """The period: a month, or two days."""
        first, last = self.start.date(), (self.end - dt.timedelta(microseconds=1)).date()
        whole_month = self.start.day == 1 and (last + dt.timedelta(days=1)).day == 1
        if whole_month and (first.year, first.month) == (last.year, last.month):
            return f"audit-{first:%Y-%m}"
        return f"audit-{first:%Y-%m-%d}-to-{last:%Y-%m-%d}"


REPORTS: dict[str, type[ReportParameters]] = {
    model.report: model for model in (CanvassParameters, PartialPlateParameters, AuditParameters)
}


def check(report: str, parameters: Mapping[str, Any]) -> ReportParameters:
    """Return the checked parameters of a report.

    Parameters
    ----------
    report : str
        ``"canvass"``, ``"partial_plate"`` (or ``"partial-plate"``) or ``"audit"``.
    parameters : mapping
        Names and values as they came from a command line, a schedule or a notebook.

    Raises
    ------
    BadInput
        For an unknown report or name, a wrong type, a missing or a senseless value. The message names
        the parameter and what is wrong, never the value.
    """
    model = REPORTS.get(report.replace("-", "_"))
    if model is None:
        raise BadInput("There is no report of that name.", f"Use one of {', '.join(REPORTS)}.")
    for name in parameters:
        _check_name(name, model)
    try:
        return model.model_validate(dict(parameters))
    except ValidationError as error:
        problems = "; ".join(_words(problem) for problem in error.errors(include_input=False))
        raise BadInput(
            f"The {model.title.lower()} report cannot run: {problems}.",
            f"See `workbench report {model.report.replace('_', '-')} --help`.",
        ) from None


def _check_name(name: object, model: type[BaseModel]) -> None:
    if not isinstance(name, str) or not name.isidentifier() or not name.isascii():
        raise BadInput(
            "A parameter's name is not a plain identifier.",
            f"Use {', '.join(model.model_fields)}.",
        )
    if name in model.model_fields:
        return
    if _SECRET.search(name):
        raise BadInput(
            "Reports take no passwords or tokens.", "Log in with `workbench login` before the run."
        )
    close = difflib.get_close_matches(name, model.model_fields, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"Use {', '.join(model.model_fields)}."
    raise BadInput(f"There is no parameter {name[:40]}.", hint)


def _check_corners(polygon: list[list[float]]) -> None:
    if len(polygon) < _CORNERS:
        message = "a polygon needs three corners or more"
        raise ValueError(message)
    for corner in polygon:
        if len(corner) != 2 or not (abs(corner[0]) <= 90 and abs(corner[1]) <= 180):
            message = "a polygon's corners are [latitude, longitude] in degrees"
            raise ValueError(message)


def _words(problem: Any) -> str:
    """Return one of pydantic's problems in words, without the value."""
    where = ".".join(str(part) for part in problem["loc"])
    message = str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "missing":
        return f"{where} is missing"
    if problem["type"] == "string_pattern_mismatch":
        return f"{where} has a character that does not belong there"
    if not where:
        return message
    message = message.removeprefix("Input ").strip()
    return f"{where} {message}"
