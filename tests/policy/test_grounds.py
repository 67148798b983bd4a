"""What a query must show: purpose, reason, case, required fields, limits, time kept."""

from __future__ import annotations

import datetime as dt

import pytest
from policy_builders import (
    FIVE,
    NOW,
    ask,
    case,
    codes,
    extent,
    grounds,
    member,
    profile,
    under,
)

from workbench.models import Extent, Window

# --- purposes ------------------------------------------------------------------------------------

PURPOSES = under(
    clovis=("462.3", "462.3(a)", "462.5(b)"),
    claremont=("820.3[2]",),
    piedmont=("438.3", "438.3(a)", "438.5(b)"),
    clinton=("426.2", "426.2(a)", "426.4(b)"),
    seal=("OPERATION", "OPERATION(a)", "ACCOUNTABILITY(c)"),
)


@pytest.mark.parametrize("name", PURPOSES)
@pytest.mark.parametrize(
    "purpose", ["", "personal", "curiosity", "Homicide", "homicide ", "repossession", "*", "sale"]
)
def test_a_purpose_outside_the_list_is_refused(name: str, purpose: str) -> None:
    policy = profile(name)
    decision = ask(policy, grounds=grounds(policy, purpose=purpose))
    assert codes(decision) == {"purpose.unknown" if purpose else "purpose.none"}
    (found,) = decision.refusals
    assert found.clause == policy.authorized_use.purposes_clause
    assert "homicide" in found.remedy


@pytest.mark.parametrize(
    "name",
    under(
        clovis="462.2[1]",
        claremont="820.2[1]",
        piedmont="438.2[1]",
        seal="PURPOSE",
        clinton=(),
    ),
)
def test_what_the_text_says_the_readers_are_for_is_on_the_list(name: str) -> None:
    policy = profile(name)
    named = {
        "stolen-vehicle",
        "wanted-vehicle",
        "stolen-plates",
        "missing-person",
        "active-warrant",
        "homeland-security",
        "electronic-surveillance",
        "suspect-interdiction",
        "property-recovery",
    }
    if name == "claremont-ca":
        named = {"stolen-vehicle", "active-warrant", "be-on-the-lookout", "criminal-investigation"}
    elif name == "clinton-ut":
        named = {"stolen-vehicle", "active-warrant", "missing-person", "criminal-investigation"}
    assert named <= {purpose.id for purpose in policy.purposes}
    for purpose in policy.purposes:
        assert ask(policy, grounds=grounds(policy, purpose=purpose.id))


@pytest.mark.parametrize(
    "name",
    under(
        clovis="462.5(b)",
        piedmont="438.5(b)",
        clinton="426.4(b)",
        seal="ACCOUNTABILITY(c)",
        claremont=(),
    ),
)
def test_civil_and_administrative_action_of_the_department_where_the_text_names_it(
    name: str,
) -> None:
    listed = {purpose.id for purpose in profile(name).purposes}
    assert ({"civil", "administrative"} <= listed) == (name != "claremont-ca")
    assert ("civil" in listed) == ("administrative" in listed)


@pytest.mark.parametrize(
    "name",
    under(clovis="462.3(b)", piedmont="438.3(b)", clinton="426.2(b)", seal="OPERATION(b)"),
)
def test_patrol_and_investigation_need_no_suspicion(name: str) -> None:
    policy = profile(name)
    reason = "Vehicles passing the industrial park overnight after complaints of dumping"
    for purpose in ("patrol", "criminal-investigation"):
        decision = ask(policy, grounds=grounds(policy, purpose=purpose, reason=reason))
        assert decision
        assert decision.findings == ()


@pytest.mark.parametrize("name", FIVE)
def test_a_query_without_grounds_is_refused(name: str) -> None:
    policy = profile(name)
    assert codes(ask(policy, grounds=None, case=None)) == {"grounds.none"}


# --- the case ------------------------------------------------------------------------------------

IN_REGISTER = under(
    clovis="462.5(b)",
    piedmont="438.5(b)",
    clinton="426.4(b)",
    seal="ACCOUNTABILITY(c)",
    claremont=(),
)


@pytest.mark.parametrize("name", IN_REGISTER)
def test_a_case_outside_the_register_is_refused(name: str) -> None:
    policy = profile(name)
    decision = ask(policy, case=None)
    assert codes(decision) == {"case.unknown"}
    assert "register" in decision.refusals[0].remedy
    other = case(policy, number="99-99999")
    assert codes(ask(policy, case=other)) == {"case.unknown"}


@pytest.mark.parametrize(
    "number",
    [
        "",
        "24-1873",
        "2024-01873",
        "24-01873 ",
        "24-01873\n",
        "case 24-01873",
        "24_01873",
        "²4-01873",
    ],
)
def test_a_number_in_another_form_is_refused(number: str) -> None:
    policy = profile("clovis")
    decision = ask(policy, grounds=grounds(policy, case_number=number), case=None)
    assert codes(decision) == {"case.number"}
    assert "24-01873" in decision.refusals[0].remedy


@pytest.mark.parametrize(
    ("name", "number", "fits"),
    [
        ("clovis-ca", "24-01873", True),
        ("claremont-ca", "24-01873", True),
        ("piedmont-ca", "26-00417", True),
        ("seal-beach-ca", "24-01873", True),
        ("clinton-ut", "24CL01873", True),
        ("clinton-ut", "24-01873", False),
        ("clovis-ca", "24CL01873", False),
    ],
)
def test_case_numbers_are_the_agencys_own(name: str, number: str, *, fits: bool) -> None:
    policy = profile(name)
    decision = ask(
        policy,
        grounds=grounds(policy, case_number=number),
        case=case(policy, number=number),
    )
    assert bool(decision) == fits


@pytest.mark.parametrize("name", FIVE)
def test_closed_and_unassigned_cases(name: str) -> None:
    policy = profile(name)
    assert codes(ask(policy, case=case(policy, status="closed"))) == {"case.closed"}
    unassigned = ask(policy, case=case(policy, assigned=frozenset({"somebody"})))
    assert unassigned
    assert [each.code for each in unassigned.warnings] == ["case.unassigned"]
    for answer, allowed in (("refuse", False), ("allow", True)):
        rules = policy.case.model_copy(update={"unassigned": answer, "closed": answer})
        changed = policy.model_copy(update={"case": rules})
        decision = ask(changed, case=case(policy, assigned=frozenset(), status="closed"))
        assert bool(decision) == allowed
        assert len(decision.findings) == (0 if allowed else 2)


@pytest.mark.clause("clinton-ut:426.4(c)")
@pytest.mark.parametrize("field", ["crime_type", "incident_number"])
def test_clinton_needs_crime_type_and_incident_number_for_every_search(field: str) -> None:
    policy = profile("clinton")
    for empty in ("", "  "):
        bare = case(policy, **{field: empty})
        for action in ("query.history", "query.canvass", "query.partial", "query.misread"):
            (found,) = ask(policy, action, case=bare).refusals
            assert found.clause == "426.4(c)"
            assert found.code == f"case.{field.replace('_', '-')}"
            with_query = grounds(policy, **{field: "given"})
            assert ask(policy, action, case=bare, grounds=with_query)


@pytest.mark.parametrize("name", ["clovis-ca", "claremont-ca", "piedmont-ca", "seal-beach-ca"])
def test_elsewhere_they_may_be_missing(name: str) -> None:
    policy = profile(name)
    assert ask(policy, case=case(policy, crime_type="", incident_number=""))


# --- the reason ----------------------------------------------------------------------------------


@pytest.mark.clause("claremont-ca:820.6[7]")
@pytest.mark.parametrize(
    "reason",
    [
        "Want to know where my car was last night",
        "Repossession of a sedan for the finance company",
        "As a favor, looking for a friend who moved away",
    ],
)
def test_a_personal_or_commercial_interest_is_refused(reason: str) -> None:
    policy = profile("claremont")
    decision = ask(policy, grounds=grounds(policy, reason=reason))
    assert "820.6[7]" in {each.clause for each in decision.refusals}
    assert {each.control for each in decision.refusals} == {"reason-check"}


@pytest.mark.parametrize("name", ["clovis-ca", "claremont-ca", "piedmont-ca", "seal-beach-ca"])
def test_california_bars_immigration_enforcement(name: str) -> None:
    policy = profile(name)
    reason = "Assisting agents with an immigration sweep near the market"
    (found,) = ask(policy, grounds=grounds(policy, reason=reason)).refusals
    assert "7284.6" in found.citation


def test_utah_does_not_bar_it_and_says_so_in_the_profile() -> None:
    policy = profile("clinton")
    assert "immigration" not in {topic.id for topic in policy.reason.topics}


# --- limits --------------------------------------------------------------------------------------


def test_every_query_demands_a_time_window() -> None:
    policy = profile("clovis")
    assert codes(ask(policy, extent=None)) == {"limits.window"}
    assert codes(ask(policy, extent=Extent(area_km2=1.0))) == {"limits.window"}


@pytest.mark.parametrize("name", FIVE)
def test_outside_the_limits_is_refused(name: str) -> None:
    policy = profile(name)
    limits = policy.limits
    cases = {
        "limits.area": extent(area_km2=limits.max_area_km2 + 0.1),
        "limits.characters": extent(known_characters=limits.min_known_characters - 1),
        "limits.window-too-long": extent(
            ago_days=limits.max_canvass_days + 1, hours=24 * limits.max_canvass_days + 1
        ),
    }
    for code, wide in cases.items():
        decision = ask(policy, "query.canvass", extent=wide)
        assert codes(decision) == {code}
        assert "procedure" in decision.refusals[0].citation


@pytest.mark.parametrize("name", FIVE)
def test_at_the_limits_is_allowed(name: str) -> None:
    policy = profile(name)
    limits = policy.limits
    widest = extent(
        ago_days=limits.max_canvass_days,
        hours=24 * limits.max_canvass_days,
        area_km2=limits.max_area_km2,
        known_characters=limits.min_known_characters,
    )
    assert ask(policy, "query.canvass", extent=widest)


@pytest.mark.parametrize("name", FIVE)
def test_a_plates_history_may_be_longer_than_a_canvass(name: str) -> None:
    policy = profile(name)
    wide = extent(ago_days=100, hours=24 * 100)
    assert ask(policy, "query.history", extent=wide)
    assert not ask(policy, "query.canvass", extent=wide)


# --- how long reads are kept ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "horizon"),
    [
        pytest.param("clinton-ut", "2026-02-21", marks=pytest.mark.clause("clinton-ut:426.3[6]")),
        pytest.param(
            "claremont-ca", "2024-11-21", marks=pytest.mark.clause("claremont-ca:820.9[2]")
        ),
    ],
)
def test_a_window_beyond_the_time_kept_is_refused_and_partly_beyond_is_said(
    name: str, horizon: str
) -> None:
    policy = profile(name)
    first = dt.datetime.combine(dt.date.fromisoformat(horizon), NOW.timetz())
    day = dt.timedelta(days=1)
    beyond = ask(policy, extent=Extent(Window(first - 2 * day, first - day)))
    assert codes(beyond) == {"retention.beyond"}
    assert beyond.refusals[0].clause == policy.retention.purge_clause
    partly = ask(policy, extent=Extent(Window(first - day, first + day)))
    assert partly
    assert [each.code for each in partly.warnings] == ["retention.partly-beyond"]
    assert horizon in partly.warnings[0].remedy
    within = ask(policy, extent=Extent(Window(first, first + day)))
    assert within
    assert within.findings == ()


@pytest.mark.clause("clinton-ut:426.3[6]")
def test_a_window_beyond_is_told_by_the_agencys_calendar_not_by_utc() -> None:
    evening = dt.datetime(2026, 11, 30, 3, 0, tzinfo=dt.UTC)  # still November 29 in Utah
    begin, end = evening.replace(month=2, day=28), evening.replace(month=3, day=1, hour=5)
    window = Extent(Window(begin, end))  # up to 22:00 of February 28 there
    assert codes(ask(profile("clinton"), extent=window, now=evening)) == {"retention.beyond"}


@pytest.mark.parametrize("name", ["clovis-ca", "piedmont-ca", "seal-beach-ca"])
def test_where_the_text_sets_no_longest_time_old_reads_are_not_refused(name: str) -> None:
    assert ask(profile(name), extent=extent(ago_days=900)).findings == ()


def test_scheduled_requests_are_not_warned_about_assignment() -> None:
    policy = profile("clovis")
    decision = ask(
        policy, member=member(policy), case=case(policy, assigned=frozenset()), automatic=True
    )
    assert decision.findings == ()
