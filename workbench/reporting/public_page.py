"""The public page as one self-contained HTML file: nothing in it runs, and nothing in it is fetched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from workbench.reporting.style import TEMPLATES
from workbench.version import __version__

if TYPE_CHECKING:
    from workbench.custody.publication import PublicPage
    from workbench.policy.profile import Profile

__all__ = ["public_html"]

Row = tuple[str, str, str]

_KINDS = {
    "enforce": "The system enforces it",
    "record": "The system keeps the record",
    "attest": "A named officer states it",
    "publish": "It is published",
    "context": "Explanation",
}
_SUSPENDS = {
    "evidence": "evidence",
    "likely-evidence": "likely to become evidence",
    "discovery": "subject to discovery",
    "lawful-action": "under another lawful demand",
    "warrant": "under a warrant",
    "preservation-request": "under a preservation request",
    "disclosure-order": "under a disclosure order",
}


def public_html(page: PublicPage, *, beside: Mapping[str, str] | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    page : PublicPage
        What stands on it; see :class:`workbench.custody.publication.PublicPage`.
    beside : mapping, optional
        The documents of permits that lie beside it: SHA-256 -> file name.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES / "public"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["sentence"] = _sentence
    style = (TEMPLATES / "public" / "page.css").read_text(encoding="utf-8")
    profile = page.profile
    return environment.get_template("page.html.j2").render(
        page=page,
        style=Markup(style),  # noqa: S704 -- our own style sheet
        version=__version__,
        beside=dict(beside or {}),
        span=f"{_day(page.period.first)} to {_day(page.period.last)}",
        made_on=_day(page.made_on),
        numbers=_numbers(page),
        who=_who(page),
        recorded=_recorded(page),
        searched=_searched(page),
        verified=_verified(profile),
        released=_released(profile),
        kept=_kept(page),
        audited=_audited(page),
        policy=_policy(profile),
        clauses=[
            (_number(profile, each.number), each.summary, _KINDS[each.kind])
            for each in profile.clauses
        ],
    )


def _numbers(page: PublicPage) -> list[dict[str, Any]]:
    found = page.figures
    asked = found.releases.total
    pairs = (
        (f"{sum(found.cameras.values()):,}", "cameras today"),
        (f"{found.reads:,}", "reads in the period"),
        (found.searches.total, "searches in the period"),
        (asked, "requests by other agencies"),
    )
    return [
        {"count": count, "what": what, "words": not count.replace(",", "").isdigit()}
        for count, what in pairs
    ]


def _who(page: PublicPage) -> list[Row]:
    profile = page.profile
    administrator, custody = profile.administrator, profile.custody
    rows = [
        ("Responsible officer", administrator.title, profile.cite(administrator)),
        ("Owner of the data", custody.owner, profile.cite(custody)),
        ("Custodians", ", ".join(custody.custodians), profile.cite(custody.outside_clause)),
        ("Custodian of records", administrator.custodian_of_records or "", ""),
        ("Training", administrator.training_officer or "", ""),
        ("Audits", profile.audits.responsible, ""),
    ]
    return [row for row in rows if row[1]]


def _recorded(page: PublicPage) -> list[Row]:
    found = page.figures
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.cameras.items()) or "none"
    return [
        ("Cameras", kinds, ""),
        ("Reads in the period", f"{found.reads:,}", ""),
        ("Reads stored today", f"{found.reads_held:,}, of {found.plates_held:,} plates", ""),
    ]


def _searched(page: PublicPage) -> list[Row]:
    found = page.figures
    split = "; ".join(f"{count:,} {how}" for how, count in found.automatic.rows)
    rows = [("Of them", split, ""), ("Refused by the system", found.refused, "")]
    return [row for row in rows if row[1]]


def _verified(profile: Profile) -> str:
    rules = profile.state_database
    always = rules.before_enforcement == "always"
    when = "before anybody acts on it" if always else "where practicable, before anybody acts on it"
    return f"it is verified through the {rules.name.removeprefix('the ')}, {when} ({profile.cite(rules)})."


def _released(profile: Profile) -> str:
    rules = profile.releases
    kinds = {"law-enforcement": "law enforcement agencies", "prosecutor": "prosecutors"}
    named = " and ".join(kinds[each] for each in rules.recipients)
    words = [f"Reads are released only to other {named}, for official purposes."]
    if rules.written_request:
        words.append("They ask in writing, with agency, person and purpose.")
    deciders = rules.approvers or ((rules.forwarded_to,) if rules.forwarded_to else ())
    if deciders:
        words.append(f"Decided by: {', or '.join(deciders)}.")
    words.append("Nobody decides on a request that they entered themselves.")
    if rules.others_to:
        words.append(f"Everybody else is referred to: {rules.others_to}.")
    if rules.personal_or_commercial == "never":
        words.append("Nothing is released for personal or commercial use.")
    return f"{' '.join(words)} ({profile.cite(rules)})"


def _kept(page: PublicPage) -> list[Row]:
    profile, found = page.profile, page.figures
    rules = profile.retention
    least, most = rules.reads_min, rules.reads_max
    if least and most and str(least) == str(most):
        span = f"{most}, no longer and no shorter"
    else:
        span = ", ".join(
            [*([f"at least {least}"] if least else []), *([f"at most {most}"] if most else [])]
        )
    then = {
        "purge": "They are destroyed",
        "may-purge": "They may be destroyed",
        "keep-to-maximum": "They are destroyed",
    }[rules.after_minimum]
    unless = ", or ".join(_SUSPENDS[each] for each in rules.suspends)
    lost = " beyond recovery" if rules.unrecoverable else ""
    rows = [
        ("Reads", span, profile.cite(rules)),
        (
            "After that",
            f"{then}{lost}, unless they are {unless}.",
            profile.cite(rules.purge_clause),
        ),
        ("Access records", f"at least {profile.access_record.keep}", ""),
        ("Reads held back", found.holds or "", ""),
    ]
    if found.purges is not None:
        count = f"{found.purges:,} in the period, {found.purged:,} reads destroyed"
        rows.append(("Purges", count if found.purges else "none in the period", ""))
    if rows[3][1]:
        rows[3] = (rows[3][0], f"on {rows[3][1]} orders or requests at the end of the period", "")
        if found.holds == "none":
            rows[3] = (rows[3][0], "none at the end of the period", "")
    return [row for row in rows if row[1]]


def _audited(page: PublicPage) -> list[Row]:
    profile, found = page.profile, page.figures
    audits = profile.audits
    return [
        ("How often", f"every {audits.every}", profile.cite(audits)),
        ("Seen to by", audits.responsible, ""),
        ("Reviews in the period", f"{found.reviews:,}" if found.reviews else "none", ""),
        ("Audit reports in the period", f"{found.audits:,}" if found.audits else "none", ""),
    ]


def _policy(profile: Profile) -> str:
    words = [
        f"{profile.source.title}, as read on {_day(profile.source.read_on)}. The summary is in plain words; the "
        "policy's own text rules."
    ]
    if profile.publication.address:
        words.append(f"The full text: {profile.publication.address}.")
    if profile.publication.elsewhere:
        words.append(f"The policy names another place for it: {profile.publication.elsewhere}.")
    return " ".join(words)


def _number(profile: Profile, number: str) -> str:
    """Return a clause's number as the text has it, without the name of the policy."""
    return profile.cite(number).removeprefix(profile.source.prefix).lstrip(", ")


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _day(day: Any) -> str:
    return f"{day:%B} {day.day}, {day.year}"
