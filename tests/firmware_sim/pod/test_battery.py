"""The battery of a pod."""

from __future__ import annotations

from surefoot.firmware_sim.pod.battery import Battery


def test_a_battery_empties_faster_while_streaming() -> None:
    idle, streaming = Battery(50.0), Battery(50.0)
    idle.discharge(3600.0, streaming=False)
    streaming.discharge(3600.0, streaming=True)
    assert (idle.level_pct, streaming.level_pct) == (49.7, 45.0)
    streaming.discharge(100_000.0, streaming=True)
    assert streaming.empty
