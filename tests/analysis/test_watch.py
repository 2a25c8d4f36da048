"""Load that moves from one side to the other, told from strides whose truth is made."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.findings import Finding, Kind
from analysis.model import Foot, Strides
from analysis.watch import Watch
from tests.drift.runs import Course, Curve, strides_of

FEET = tuple(Foot)


def ramp(percent: float, start_min: float = 10.0, end_min: float = 20.0) -> Curve:
    return lambda time_s: percent * np.clip((time_s - 60.0 * start_min) / (60.0 * (end_min - start_min)), 0.0, 1.0)


def watched(strides: dict[Foot, Strides]) -> list[Finding]:
    return Watch(FEET).push(strides, [], 0.0, np.inf)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(cuts=st.lists(st.integers(0, 2600), max_size=30), late_s=st.floats(0.0, 20.0))
def test_pieces_give_the_same_findings_as_the_whole(cuts: list[int], late_s: float) -> None:
    course = Course(30.0, stops_s=((300.0, 330.0),)).with_change(Foot.LEFT, contact=ramp(4.0), impact=ramp(12.0))
    strides = strides_of(course, np.random.default_rng(1))
    watch, found = Watch(FEET), list[Finding]()
    for first, last in itertools.pairwise([0, *sorted(cuts), 2600]):
        pieces = {foot: rows[first:last] for foot, rows in strides.items()}
        following_s = [rows.initial_contact_s[last] for rows in strides.values() if last < len(rows)]
        found += watch.push(pieces, [], 0.0, min(following_s, default=1e5) - late_s)
    found += watch.push({}, [], 0.0, np.inf)
    assert repr(found) == repr(watched(strides))
    assert any(finding.kind is Kind.OFFLOADING for finding in found)
