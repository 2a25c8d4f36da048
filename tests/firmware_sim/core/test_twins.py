"""Whatever happens to a pod, the core in C does what the firmware in Python does."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from surefoot.firmware_sim.pod.beacons import Beacons
from surefoot.firmware_sim.pod.flash import SECTOR_BYTES
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.sensor_ingest.pod_store.store_protocol import tag_number
from surefoot.sensor_ingest.protocol import Command, Opcode
from tests.firmware_sim.core.twins import Twin, histories_agree


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_any_history_gives_the_same_bytes(seed: int) -> None:
    histories_agree(seed, events=60)


def test_a_season_of_beacons_is_kept_alike() -> None:
    rng, partner = random.Random(2), Beacons(PodSettings("TEST0002"), 70_000, lambda _: None)
    twins = [Twin(40 * SECTOR_BYTES, in_c=in_c) for in_c in (False, True)]
    orders = Command(Opcode.SET_PARTNER, (tag_number("0002"),)), Command(Opcode.KEEP_START)
    for twin in twins:
        for order in orders:
            twin.firmware.handle_command(bytes(order), 0)
    tick_us = 0
    for _ in range(600):  # the number comes round twice
        tick_us += rng.choice([10_000_000, 10_000_000, 59_999_999, 60_000_000])
        beacon, lost = partner.send(tick_us), rng.random() < 0.2
        for twin in twins if not lost else ():
            assert twin.firmware.active_beacons is not None
            twin.firmware.active_beacons.hear(beacon, tick_us + 5)
    one, other = (twin.flash.image() for twin in twins if twin.flash is not None)
    assert one == other
    assert len(one) > 4 * SECTOR_BYTES
