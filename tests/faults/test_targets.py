"""No fault costs anything that was on disk, nothing comes twice, and all is there again.

Whether in time is judged by `make faults`: where tests run, others use the computer too.
"""

from __future__ import annotations

import math

import pytest

from tests.faults.matrix import FAST, FAULTS, outcome


@pytest.mark.parametrize("fault", FAST)
def test_a_fault_costs_a_moment_and_nothing_else(fault: str) -> None:
    found = outcome(fault)
    assert found.clean, found
    assert math.isfinite(found.recovered_s), found


@pytest.mark.slow
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in FAST])
def test_no_other_fault_does_either(fault: str) -> None:
    found = outcome(fault)
    assert found.met, found
