"""Whatever happens to a pod, the core in C does what the firmware in Python does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.firmware_sim.core.twins import histories_agree


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_any_history_gives_the_same_bytes(seed: int) -> None:
    histories_agree(seed, events=60)
