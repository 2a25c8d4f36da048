"""What the recordings of two feet say of left against right."""

from __future__ import annotations

import pytest

from surefoot.analysis.model import Gait, Reason
from surefoot.analysis.summary import compare
from tests.accuracy.recordings import DATA, analysed

HEALTHY_PCT = 9.0
"""Contact asymmetry within which nine of ten healthy runners lie."""
TWO_FEET = [
    ("two_feet_run/run_20m_22_steps_left.csv", "two_feet_run/run_20m_22_steps_right.csv", Gait.RUN),
    ("two_feet_walk/left.csv", "two_feet_walk/right.csv", Gait.WALK),
]


@pytest.mark.recordings
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no recordings at {DATA}; set SUREFOOT_EVAL_DATA to their folder")
@pytest.mark.parametrize(("left", "right", "gait"), TWO_FEET)
def test_people_who_run_and_walk_have_a_healthy_asymmetry_and_no_finding(left: str, right: str, gait: Gait) -> None:
    results = analysed(left, right).results
    (contact,) = (row.asymmetry_pct for row in compare(results, gait) if row.key == "ground_contact_time_s")
    assert contact is not None
    assert abs(contact.value) < HEALTHY_PCT
    assert results.findings == ()
    assert all(Reason.PLACE not in window.not_compared.values() for window in results.windows)
