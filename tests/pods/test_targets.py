"""The pods' table holds its targets."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.pods import capacity, clocks, crash, delivery, hostility, sameness

PARTS = [capacity, delivery, clocks, crash, sameness, hostility]


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__.rpartition(".")[2])
def test_the_radio_side_holds_its_targets(part: ModuleType) -> None:
    assert [finding for finding in part.findings() if not finding.passed] == []
