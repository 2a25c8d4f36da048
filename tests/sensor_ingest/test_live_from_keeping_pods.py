"""A live run records pods that keep the same run in flash, and both say the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.protocol import Packet
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.run_folder import create_run
from tests.firmware_sim.pod_listener import RUN
from tests.sensor_ingest.stored import FLASH_BYTES, packets_in, store_of
from tests.sensor_ingest.virtual import CREATED, RUNNER, Taken, in_virtual_time, recording, worn


def test_what_is_heard_live_is_what_the_pod_has_kept(tmp_path: Path) -> None:
    async def main() -> None:
        async with Simulation(1, flash_bytes=FLASH_BYTES, keep_truth=False) as simulation:
            runner = await simulation.add_runner(RUNNER, RUN)
            pod = runner.pods[Foot.LEFT]
            await asyncio.sleep(15.0)
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED)
            async with recording(folder, simulation, Taken()) as run:
                await asyncio.sleep(10.0)
                await pod.outage(8.0)
                await asyncio.sleep(15.0)
                health = run.health()[0]
            assert (health.counts.lost, health.reconnects) == (0, 1)
            async with store_of(simulation, pod) as store:
                await store.keep(False)
                kept = packets_in({number: data async for number, data in store.fetch(0)})
        entries = [entry for entry in JournalReader(folder.journal_path) if isinstance(entry, PacketEntry)]
        live = {
            packet.sequence: packet for packet in (Packet.from_bytes(entry.data) for entry in entries if not entry.pod)
        }
        by_sequence = {packet.sequence: packet for packet in kept}
        assert min(live) > min(by_sequence)
        assert len(live) > 300
        for sequence, packet in live.items():
            assert bytes(packet)[:19] == bytes(by_sequence[sequence])[:19]
            assert bytes(packet)[20:] == bytes(by_sequence[sequence])[20:]

    in_virtual_time(main())
