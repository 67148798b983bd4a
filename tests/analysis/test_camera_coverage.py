"""What cameras covered, and the sentences about it."""

import datetime as dt
import itertools
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.caveats import (
    A_READ,
    VERIFY,
    canvass_caveats,
    coverage_caveats,
    history_caveats,
    partial_caveats,
)
from workbench.analysis.coverage import coverage, covered_fraction, merge_spans
from workbench.models import Window

ZONE = "America/Los_Angeles"


def at(text, day="2026-03-02"):
    return pd.Timestamp(f"{day} {text}", tz=ZONE).to_pydatetime().astimezone(dt.UTC)


WINDOW = Window(at("21:00"), at("22:00"))


def camera(code, **more):
    return {
        "camera": code,
        "name": f"Camera {code}",
        "kind": "fixed",
        "latitude": 36.58,
        "longitude": -120.25,
        "heading": None,
        "distance_m": 100.0,
        "installed_on": None,
        "removed_on": None,
        **more,
    }


def outage(code, start, end, reason=""):
    return {"camera": code, "start": start, "end": end, "reason": reason}


def counts(code, reads_per_day=200, days=30, last=150):
    first = dt.date(2026, 3, 2)
    rows = [
        {"camera": code, "day": (first - dt.timedelta(days=n)).isoformat(), "reads": reads_per_day}
        for n in range(1, days + 1)
    ]
    return [*rows, {"camera": code, "day": first.isoformat(), "reads": last}] if last else rows


def covered(cameras, outages=(), daily=(), found=(), window=WINDOW):
    return coverage(
        pd.DataFrame(list(cameras), columns=list(camera("x"))),
        pd.DataFrame(list(outages), columns=["camera", "start", "end", "reason"]),
        window,
        pd.DataFrame(list(daily), columns=["camera", "day", "reads"]),
        pd.DataFrame({"camera": list(found)}),
        timezone=ZONE,
    )


def test_a_camera_that_worked_covered_everything():
    (entry,) = covered([camera("C1")], daily=counts("C1"), found=["C1", "C1", "C9"])
    assert entry["covered"] == 1
    assert entry["reads"] == 2
    assert entry["day_reads"] == 150
    assert entry["day_median"] == 200
    assert entry["outages"] == entry["silent_days"] == []
    json.dumps(entry)


def test_outages_are_cut_to_the_window_and_merged():
    outages = [
        outage("C1", at("20:00"), at("21:15"), "power"),
        outage("C1", at("21:10"), at("21:30"), "network"),
        outage("C1", at("21:45"), None, "power"),
        outage("C1", at("19:00"), at("20:00"), "before"),
        outage("C2", at("21:00"), at("22:00"), "another camera"),
    ]
    (entry,) = covered([camera("C1")], outages, counts("C1"))
    assert [(o["start"], o["end"], o["reason"]) for o in entry["outages"]] == [
        (at("21:00").isoformat(), at("21:30").isoformat(), "power; network"),
        (at("21:45").isoformat(), at("22:00").isoformat(), "power"),
    ]
    assert entry["covered"] == pytest.approx(0.25)


def test_an_outage_that_still_lasts_may_be_missing_or_nat():
    for end in (None, pd.NaT):
        (entry,) = covered([camera("C1")], [outage("C1", at("21:30"), end)], counts("C1"))
        assert entry["covered"] == 0.5


def test_a_silent_day_is_no_cover_for_a_fixed_camera():
    (entry,) = covered([camera("C1")], daily=counts("C1", last=0))
    assert entry["silent_days"] == ["2026-03-02"]
    assert entry["covered"] == 0


def test_a_mobile_unit_or_a_camera_with_few_reads_is_never_silent():
    (entry,) = covered([camera("C1", kind="mobile")], daily=counts("C1", last=0))
    assert entry["silent_days"] == []
    (entry,) = covered([camera("C1")], daily=counts("C1", reads_per_day=3, last=0))
    assert entry["silent_days"] == []
    assert entry["covered"] == 1


def test_a_silent_day_counts_for_its_part_of_the_window():
    window = Window(at("12:00", "2026-03-01"), at("12:00", "2026-03-02"))
    (entry,) = covered([camera("C1")], daily=counts("C1", last=0), window=window)
    assert entry["silent_days"] == ["2026-03-02"]
    assert entry["covered"] == pytest.approx(0.5)


def test_before_installation_and_after_removal_is_no_cover():
    window = Window(at("00:00", "2026-03-01"), at("00:00", "2026-03-05"))
    daily = [{"camera": "C1", "day": f"2026-03-0{n}", "reads": 5} for n in range(1, 5)]
    dates = {"installed_on": dt.date(2026, 3, 2), "removed_on": "2026-03-03"}
    (entry,) = covered([camera("C1", **dates)], daily=daily, window=window)
    assert entry["covered"] == pytest.approx(0.5)


def test_nearest_first_and_none_at_all():
    entries = covered(
        [
            camera("C3", distance_m=None),
            camera("C2", distance_m=300.0),
            camera("C1", distance_m=300.0),
        ]
    )
    assert [e["camera"] for e in entries] == ["C1", "C2", "C3"]
    assert covered([]) == []


MINUTES = st.integers(0, 60).map(lambda n: WINDOW.start + dt.timedelta(minutes=n))


@given(st.lists(st.tuples(MINUTES, MINUTES), max_size=8))
@settings(deadline=None)
def test_merging_keeps_every_minute_and_no_more(spans):
    merged = merge_spans(spans)
    assert merged == sorted(merged)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(merged))

    def minutes(of):
        return {
            n
            for n in range(60)
            if any(s <= WINDOW.start + dt.timedelta(minutes=n) < e for s, e in of)
        }

    assert minutes(merged) == minutes(spans)
    assert covered_fraction(spans, WINDOW) == pytest.approx(1 - len(minutes(spans)) / 60, abs=1e-6)


def test_sentences_count_the_cameras_that_were_out():
    entries = covered(
        [camera(f"C{n}") for n in range(1, 8)],
        [outage("C4", at("21:10"), at("21:40"), "no power"), outage("C5", at("21:50"), None)],
        [row for n in range(1, 8) for row in counts(f"C{n}", last=0 if n == 7 else 9)],
    )
    sentences = coverage_caveats(entries, WINDOW, timezone=ZONE)
    assert sentences[0] == (
        "2 of 7 cameras in this scene were out for part of this time: "
        "C4 21:10–21:40 (no power); C5 21:50–22:00."
    )
    assert sentences[1].startswith("1 of 7 cameras delivered nothing on a day searched")
    assert "(C7)" in sentences[1]
    assert len(sentences) == 2


def test_sentences_on_scenes_without_fixed_cameras():
    assert coverage_caveats([], WINDOW)[0].startswith("No camera lies in this scene")
    mobile = covered([camera("M1", kind="mobile")])
    assert coverage_caveats(mobile, WINDOW)[0].startswith("No fixed camera")
    both = covered([camera("M1", kind="mobile"), camera("C1")])
    assert coverage_caveats(both, WINDOW)[0].startswith("1 mobile unit was here")


def test_days_are_named_where_the_window_has_several():
    window = Window(at("00:00", "2026-03-01"), at("00:00", "2026-03-05"))
    entries = covered([camera("C1")], [outage("C1", at("21:10"), at("21:40"))], window=window)
    assert "Mar 02 21:10–Mar 02 21:40" in coverage_caveats(entries, window, timezone=ZONE)[0]


def test_every_result_says_what_a_read_is_and_to_verify():
    for sentences in (
        canvass_caveats([], WINDOW, timezone=ZONE),
        history_caveats(),
        partial_caveats("witness"),
        partial_caveats("camera"),
    ):
        assert A_READ in sentences
        assert sentences[-1] == VERIFY
    assert partial_caveats("camera")[0] != partial_caveats("witness")[0]
