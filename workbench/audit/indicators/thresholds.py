"""Where each indicator begins: numbers as data, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Thresholds"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where each indicator begins. The sources are published audits and standards; the rest is our own choice."""

    # How far an audit looks back before its period, so that weeks of searches are seen whole in a monthly audit. Ours.
    lookback_days: int = 90
    # "4 % of 24,333 searches were vague; one user had 66 % of 1,131": a share this high is looked at sooner. Ours.
    vague_share: float = 0.10
    vague_at_least: int = 5
    # "The same text pasted many times": under several cases, since one case's searches rightly share a reason. Ours.
    pasted_cases: int = 4
    pasted_searches: int = 6
    # "Few searches of one plate over weeks with no case number." Weeks is from the audits, the least number is ours.
    stalking_searches: int = 3
    stalking_days: int = 3
    stalking_span_days: int = 14
    stalking_unsupported_share: float = 0.5
    changing_cases: int = 3
    several_users: int = 3
    # "The block of the day that holds 85 % of a member's searches is their own pattern."
    hours_share: float = 0.85
    # Fewer searches than this show no pattern, and a block longer than this is none. Ours.
    hours_searches: int = 20
    hours_longest_block: int = 16
    # "A short session with 8 idle hours on each side."
    idle_hours: float = 8.0
    short_session_searches: int = 3
    session_gap_minutes: float = 60.0
    # By definition 15 % lie outside the block, most of them next to it: only what lies farther stands out. Ours.
    hours_margin: int = 2
    # "More than 3 standard deviations above the member's own rate."
    burst_deviations: float = 3.0
    # Fewer days than this show no rate; fewer searches in a day are no burst. Ours.
    burst_days: int = 8
    burst_searches: int = 10
    # "Wide area and time, or two known characters." The figures for area and time are ours.
    broad_area_km2: float = 10.0
    broad_hours: float = 24.0
    broad_known_characters: int = 2
    # "Clusters of refusals." Ours.
    refusals: int = 3
    refusals_minutes: float = 60.0
    # "One account on two hosts": back and forth within this time, which no person walks. Ours.
    hosts_minutes: float = 20.0
    # An access younger than this may still be running. Ours.
    unfinished_minutes: float = 15.0
    # What the tables of training and accounts point out beforehand. Ours.
    expires_soon_days: int = 30
    idle_note_days: int = 45
