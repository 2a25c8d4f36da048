"""No fault costs anything that was on disk, nothing comes twice, and all is there again in time."""

from __future__ import annotations

import pytest

from tests.faults.matrix import FAST, FAULTS, outcome


@pytest.mark.parametrize("fault", FAST)
def test_a_fault_costs_a_moment_and_nothing_else(fault: str) -> None:
    found = outcome(fault)
    assert found.met, found


@pytest.mark.slow
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in FAST])
def test_no_other_fault_does_either(fault: str) -> None:
    found = outcome(fault)
    assert found.met, found
