"""No fault costs anything that was on disk, and nothing comes twice."""

from __future__ import annotations

import pytest

from tests.faults.matrix import FAULTS, outcomes


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_nothing(fault: str) -> None:
    ((_, found),) = outcomes(only=fault)
    assert found.clean, found
