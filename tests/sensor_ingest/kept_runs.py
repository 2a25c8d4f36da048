"""A run that two simulated pods kept by themselves, as it is recorded once it has been fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import Motion
from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.beacon_air import BeaconAir, beacon_records
from surefoot.firmware_sim.pod.firmware import Firmware
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from surefoot.firmware_sim.pod.oscillator import Bend, Oscillator
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.sensor import Sensor
from surefoot.sensor_ingest.pod_store.records import SamplesRecord, StoreRecord, UtcRecord
from surefoot.sensor_ingest.protocol import Command, FootCode, Opcode, Packet, PacketFlag, PodInfo
from surefoot.sensor_ingest.recording.boot_placing import place_boots
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.entries import ClockEntry, EndEntry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.kept_pods import KeptPod
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run

BEGAN_UTC = datetime(2026, 5, 3, 8, 0, tzinfo=UTC)
CLOCKS = {
    Foot.LEFT: Oscillator(-300.0, 50.0, Bend(warm_up_ppm=10.0, warm_up_s=60.0)),
    Foot.RIGHT: Oscillator(-1000.0, -50.0, Bend(step_ppm=10.0, step_at_s=20.0)),
}
TAGS = {Foot.LEFT: "0001", Foot.RIGHT: "0002"}
RUNNER = "anna"
_BOOTS = {Foot.LEFT: 641, Foot.RIGHT: 65}
_BEACONS_BEFORE_S = 120.0


def keep_run(parent: Path, motion: Motion, air: BeaconAir, seed: int = 1) -> RunFolder:
    """What the pods kept of a motion, fetched and recorded; a client noted the time before it, and after it."""
    packets = {foot: _kept_packets(motion, foot, seed) for foot in Foot}
    beacons = beacon_records(
        [CLOCKS[foot] for foot in Foot],
        [TAGS[foot] for foot in Foot],
        motion.duration_s + _BEACONS_BEFORE_S,
        air,
        seed,
        start_s=-_BEACONS_BEFORE_S,
    )
    pods = [
        KeptPod.from_records(TAGS[foot], [*_samples(packets[foot]), *_noted(foot, motion.duration_s), *beacons[side]])
        for side, foot in enumerate(Foot)
    ]
    placement, zero_s = place_boots(pods), BEGAN_UTC.timestamp()
    span_s = (min(boot.start_s for boot in placement.boots), max(boot.end_s for boot in placement.boots))
    clock = placement.pair_clock(TAGS[Foot.LEFT], TAGS[Foot.RIGHT], *span_s, zero_s=zero_s)
    mappings = dict(zip(Foot, (boot.session_mappings(zero_s) for boot in placement.boots), strict=True))
    worn = [PodAssignment(f"SIM{TAGS[foot]}", foot, RUNNER) for foot in Foot]
    run = create_run(parent, worn, software="test", created_utc=BEGAN_UTC, pair_clocks={RUNNER: clock})
    record(run, packets, mappings)
    return run.mark_ended()


def time_run(parent: Path, motion: Motion, seed: int = 1) -> RunFolder:
    """The same packets, each at the time at which it really was taken."""
    worn = [PodAssignment(f"SIM{TAGS[foot]}", foot, RUNNER) for foot in Foot]
    run = create_run(parent, worn, software="test", created_utc=BEGAN_UTC)
    at_s = np.arange(-1.0, motion.duration_s + 1.0, 1.0)
    true = {}
    for foot, clock in CLOCKS.items():
        ticks_us = clock.tick_us(at_s)
        rates = 1e6 / np.diff(ticks_us)
        rows = zip(ticks_us.tolist(), at_s.tolist(), rates.tolist(), strict=False)
        true[foot] = [ClockMapping(_BOOTS[foot], *row) for row in rows]
    record(run, {foot: _kept_packets(motion, foot, seed) for foot in Foot}, true)
    return run.mark_ended()


def record(
    run: RunFolder, packets: Mapping[Foot, Sequence[Packet]], mappings: Mapping[Foot, Sequence[ClockMapping]]
) -> None:
    """Write the journal of a kept run."""
    with JournalWriter(run.journal_path) as journal:
        for side, foot in enumerate(Foot):
            journal.append(PodEntry(side, 0.0, 0, foot, RUNNER, bytes(_info(foot))))
            for mapping in mappings[foot]:
                journal.append(ClockEntry(side, mapping))
            for packet in packets[foot]:
                at_s = mappings[foot][0].session_s(packet.tick_us + packet.span_us)
                journal.append(PacketEntry(side, at_s, bytes(replace(packet, flags=PacketFlag.RESENT))))
        journal.append(EndEntry(at_s))


def _info(foot: Foot) -> PodInfo:
    return _firmware(foot, []).info


def _firmware(foot: Foot, packets: list[Packet]) -> Firmware:
    settings = PodSettings(f"SIM{TAGS[foot]}", FootCode.from_foot(foot))
    return Firmware(settings, Battery(), _BOOTS[foot], packets.append)


def _kept_packets(motion: Motion, foot: Foot, seed: int) -> list[Packet]:
    packets: list[Packet] = []
    firmware = _firmware(foot, packets)
    firmware.handle_command(bytes(Command(Opcode.START)), 0)
    imu = Imu(mounting=random_mounting(2 * seed + list(Foot).index(foot)))
    reading = Sensor(motion, foot, imu, seed=seed).take_until(motion.duration_s)
    firmware.sample(CLOCKS[foot].tick_us(reading.time_s), reading.counts)
    return packets


def _samples(packets: Sequence[Packet]) -> list[StoreRecord]:
    return [SamplesRecord(1, tuple(packets[first : first + 4])) for first in range(0, len(packets), 4)]


def _noted(foot: Foot, duration_s: float) -> list[StoreRecord]:
    clock, zero_s = CLOCKS[foot], BEGAN_UTC.timestamp()
    return [UtcRecord(1, clock.tick_us(at_s), round(1e6 * (zero_s + at_s))) for at_s in (-60.0, duration_s + 60.0)]
