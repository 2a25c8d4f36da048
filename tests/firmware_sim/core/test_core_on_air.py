"""Over the virtual radio, pods with the core in C cannot be told from those with the firmware in Python."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.pod.core_firmware import CoreFirmware
from surefoot.firmware_sim.pod.core_library import CoreLibrary
from surefoot.firmware_sim.pod.firmware import Firmware
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import Simulation
from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.pod_store.store_protocol import tag_number
from surefoot.sensor_ingest.protocol import Opcode, Reply
from tests.firmware_sim.core.built import core_library
from tests.firmware_sim.pod_listener import RUN, Listener, listening
from tests.sensor_ingest.stored import store_of

LOSSY = replace(RUN, link_quality=replace(RUN.link_quality, packet_error_rate=0.05))


@dataclass(slots=True)
class Seen:
    """What a client has heard, and what is in the pods' flash afterwards."""

    heard: list[tuple[float, bytes]] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    records: dict[int, bytes] = field(default_factory=dict)
    flash: list[bytes] = field(default_factory=list)
    languages: set[type] = field(default_factory=set)


async def streamed(core: CoreLibrary | None, scenario: Scenario) -> Seen:
    """A client streams through an outage, asks for what it missed, and fetches what was kept through a power cut."""
    seen = Seen()
    async with Simulation(3, flash_bytes=1 << 18, core=core) as simulation:
        runner = await simulation.add_runner("runner", scenario)
        pod = runner.pods[Foot.LEFT]
        seen.languages = {type(each.firmware) for each in runner.pods.values()}
        for _ in range(2):
            async with listening(simulation, pod) as listener:
                with kept(seen, listener):
                    await exchange(seen, listener)
                    await pod.outage(5.0)
        pod.cut_power_while_writing()
        await asyncio.sleep(8.0)
        async with store_of(simulation, pod) as store:
            await store.keep(False)
            seen.records = {number: data async for number, data in store.fetch(0)}
        seen.flash = [each.flash.image() for each in runner.pods.values() if each.flash is not None]
    return seen


@contextmanager
def kept(seen: Seen, listener: Listener) -> Iterator[None]:
    """What a listener heard until its link was lost."""
    yield
    seen.heard += listener.notifications


async def exchange(seen: Seen, listener: Listener) -> None:
    """Commands, and twelve seconds of the stream."""
    orders = (Opcode.NOTE_UTC, 1_790_000_000_000_000), (Opcode.SET_PARTNER, tag_number("0002"))
    for opcode, *arguments in (*orders, (Opcode.KEEP_START,), (Opcode.START,), (Opcode.RESEND, 0, 50)):
        seen.replies.append(await listener.command(Opcode(opcode), *arguments))
    await asyncio.sleep(12.0)


def test_a_client_hears_the_same_bytes_at_the_same_times_and_the_flash_is_the_same() -> None:
    python = run(streamed(None, LOSSY), speed=math.inf)
    c = run(streamed(core_library(), LOSSY), speed=math.inf)
    assert (python.languages, c.languages) == ({Firmware}, {CoreFirmware})
    assert len(python.heard) > 200
    assert len(python.records) > 60
    assert (c.heard, c.replies) == (python.heard, python.replies)
    assert c.records == python.records
    assert c.flash == python.flash
