"""The table of sensors of other makers holds its targets."""

from __future__ import annotations

import pytest

from tests.devices.__main__ import findings
from tests.devices.rows import DEVICES, Device


@pytest.mark.slow
@pytest.mark.parametrize("device", DEVICES, ids=lambda device: device.name.split()[0])
def test_sensors_of_other_makers_hold_their_targets(device: Device) -> None:
    assert [finding for finding in findings(device) if not finding.passed] == []
