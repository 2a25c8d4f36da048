"""A finding keeps its id through its revisions."""

from dataclasses import replace

from surefoot.analysis.findings import Finding, Kind, Severity, State, finding_id, latest
from surefoot.analysis.model import Foot


def _finding(time_s: float, revision: int = 0) -> Finding:
    kind, foot = Kind.INVERSION_EVENT, Foot.LEFT
    return Finding(
        finding_id(kind, foot, time_s), kind, foot, time_s, time_s + 0.5, Severity.ROLL, 30.0, 4.0, "°", 0.9,
        "The left ankle rolled.", {"rate_dps": 500.0}, revision=revision,
    )  # fmt: skip


def test_latest_keeps_the_last_revision_of_each_in_order_of_time() -> None:
    first, second = _finding(20.0), _finding(10.0)
    revised = replace(first, state=State.RESOLVED, revision=1)
    assert latest([first, second, revised]) == (second, revised)


def test_the_id_depends_on_what_happened_alone() -> None:
    assert finding_id(Kind.ASYMMETRY_DRIFT, None, 12.3456) == "asymmetry_drift-both-12346"
    assert _finding(12.3456).id == _finding(12.3456, revision=3).id


def test_severities_of_every_kind_share_one_scale() -> None:
    assert [severity.rank for severity in Severity] == [0, 1, 2, 1, 2, 3]
