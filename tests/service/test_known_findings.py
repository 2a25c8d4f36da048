"""Whatever is found again keeps the id that it was first stored with."""

from __future__ import annotations

from dataclasses import replace

from surefoot.analysis.findings import Finding, Kind
from surefoot.analysis.model import Foot
from surefoot.service.runtime.known_findings import KnownFindings
from tests.service.stored_runs import finding


def ids(stored: list[Finding], found: list[Finding]) -> list[str]:
    known = KnownFindings(stored)
    return [known.under_first_id(each).id for each in found]


def test_a_finding_found_again_a_little_later_keeps_its_id_in_every_revision() -> None:
    again = finding(at_s=30.0016)
    assert (
        ids([finding(at_s=30.0)], [again, replace(again, revision=1, severity=again.severity)])
        == ["inversion_event-left-30000"] * 2
    )


def test_the_change_of_a_findings_kind_in_a_revision_is_no_other_finding() -> None:
    first = finding(Kind.ASYMMETRY_DRIFT, 600.0)
    offloading = replace(first, kind=Kind.OFFLOADING, revision=1)
    moved = finding(Kind.ASYMMETRY_DRIFT, 612.0)
    assert ids([first, offloading], [moved, replace(moved, kind=Kind.OFFLOADING, revision=1)]) == [first.id] * 2


def test_another_roll_foot_or_kind_is_another_finding() -> None:
    others = [finding(at_s=30.8), replace(finding(at_s=30.0), id="right", foot=Foot.RIGHT), finding(Kind.OFFLOADING)]
    assert ids([finding(at_s=30.0)], others) == [each.id for each in others]


def test_two_findings_near_each_other_stay_two() -> None:
    stored = [finding(Kind.ASYMMETRY_SPIKE, at_s) for at_s in (300.0, 320.0)]
    new = finding(Kind.ASYMMETRY_SPIKE, 325.0)
    assert ids(stored, [*stored, new]) == [*(each.id for each in stored), new.id]
    moved = [finding(Kind.ASYMMETRY_SPIKE, at_s) for at_s in (301.0, 321.0)]
    assert ids(stored, [*moved, new]) == [*(each.id for each in stored), new.id]
