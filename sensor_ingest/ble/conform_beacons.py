"""Whether a pod that keeps a run tells its clock to its partner, as the pod profile says; heard by this computer."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.conform_control import read_reply
from surefoot.sensor_ingest.ble.conform_link import ConformLink
from surefoot.sensor_ingest.ble.conform_verdicts import Verdicts
from surefoot.sensor_ingest.ble.discovery import TAG_CHARACTERS
from surefoot.sensor_ingest.pod_store.store_protocol import tag_number
from surefoot.sensor_ingest.protocol import Opcode, PodInfo, Reply, profile_uuid

BEACON_UUID = profile_uuid(0x20)
LISTEN_S, ENOUGH = 75.0, 3
NO_PARTNER = "none"
"""A tag that no pod has: nobody answers."""
LEAST_APART_S, MOST_APART_S, JITTER_S = 9.0, 31.0, 0.5
FIRST_TICK = (1 << 48) - 1
_SECTION = "Beacons"
_LAYOUT = struct.Struct("<4sHBIH")


@dataclass(frozen=True, slots=True)
class _Heard:
    at_s: float
    boot_count: int
    number: int
    tick_us: int


async def check_beacons(
    verdicts: Verdicts, link: ConformLink, radio: RadioBackend, info: PodInfo, boot_count: int
) -> None:
    """Have the pod keep for a minute or so, as if it had a partner, and listen."""
    await link.order(Opcode.SET_PARTNER, tag_number(NO_PARTNER))
    await link.order(Opcode.KEEP_START)
    pinged, pinged_s = read_reply(await link.order(Opcode.PING)), asyncio.get_running_loop().time()
    heard = await _listen(radio, info.serial[-TAG_CHARACTERS:])
    await link.order(Opcode.KEEP_STOP)
    await link.order(Opcode.SET_PARTNER, 0)
    told = f"{len(heard)} of its beacons are heard in {LISTEN_S:g} s"
    if not verdicts.check(_SECTION, "10 s, at most 30 s, after the last", len(heard) >= ENOUGH, told):
        return
    of_this = all(each.boot_count == boot_count & 0xFFFF for each in heard)
    told = f"it is {heard[0].boot_count}, in start {boot_count}"
    verdicts.check(_SECTION, "of the sender, modulo 2¹⁶", of_this, told)
    _check_numbers(verdicts, heard, pinged, pinged_s)


def _check_numbers(verdicts: Verdicts, heard: Sequence[_Heard], pinged: Reply | None, pinged_s: float) -> None:
    """Numbers and times, by when they were heard and by a ping."""
    for before, after in pairwise(heard):
        steps, passed_s = (after.number - before.number) % 256, after.at_s - before.at_s
        even = steps * LEAST_APART_S <= passed_s <= steps * MOST_APART_S
        told = f"{after.number} follows {before.number} after {passed_s:.0f} s"
        verdicts.check(_SECTION, "from 0, consecutive, modulo 2⁸", even, told)
    sentence = "sender's clock when **the beacon before** went on the air, on the first channel"
    for before, after in pairwise(heard):
        if (after.number - before.number) % 256 == 1 and after.tick_us != FIRST_TICK and pinged is not None:
            true_s = 1e-6 * pinged.tick_us + before.at_s - pinged_s
            told = (
                f"it tells {1e-6 * after.tick_us:.2f} s; when the one before was heard, its clock was at {true_s:.2f} s"
            )
            verdicts.check(_SECTION, sentence, abs(1e-6 * after.tick_us - true_s) < JITTER_S, told)


async def _listen(radio: RadioBackend, tag: str) -> list[_Heard]:
    """Beacons of a pod until there are enough."""
    heard: dict[int, _Heard] = {}
    enough = asyncio.Event()

    def on_advertisement(_: BLEDevice, data: AdvertisementData) -> None:
        content = data.service_data.get(BEACON_UUID, b"")
        if len(content) != _LAYOUT.size or content[:TAG_CHARACTERS] != tag.encode("ascii"):
            return
        _, boot_count, number, low, high = _LAYOUT.unpack(content)
        now_s = asyncio.get_running_loop().time()
        heard.setdefault(number, _Heard(now_s, boot_count, number, low | high << 32))
        if len(heard) >= ENOUGH:
            enough.set()

    async with BleakScanner(on_advertisement, **radio.scanner):
        try:
            async with asyncio.timeout(LISTEN_S):
                await enough.wait()
        except TimeoutError:
            pass
    return sorted(heard.values(), key=lambda each: each.at_s)
