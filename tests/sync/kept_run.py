"""Ninety minutes on two pods that nobody hears, five power cuts, and the real `sync` over a bad link, killed once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.findings import Finding as Found
from surefoot.analysis.findings import latest
from surefoot.analysis.model import Floats, Foot
from surefoot.analysis.session import Results
from surefoot.firmware_sim.kept_run import AwayPod, Clock, KeptRun, keep_run
from surefoot.firmware_sim.pod.beacon_air import BeaconAir
from surefoot.firmware_sim.pod.oscillator import Bend, Oscillator
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.sensor_ingest.pod_store.records import SamplesRecord, read_record
from surefoot.sensor_ingest.protocol import Packet, PacketFlag
from surefoot.sensor_ingest.recording.boot_entries import TimedBoot, boot_entries
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.entries import EndEntry, PodEntry
from surefoot.sensor_ingest.recording.heard_boots import HeardPacket, read_heard
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, list_runs
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.simulated_sync import save_pods
from surefoot.service.runtime.syncing import bring_in, shelf_of
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from tests.accuracy.report import Finding
from tests.sensor_ingest.kept_flash import fetched
from tests.sensor_ingest.shelved import shelve
from tests.service.real_command import RealCommand
from tests.service.servers import wait

SEED, RUNNER = 7, "runner-1"
RATE_HZ = 208.0
BEGUN_UTC_S = 1_780_000_000.0
CLOCKS = {
    Foot.LEFT: Clock(50.0, Bend(warm_up_ppm=10.0, step_ppm=-10.0, step_at_s=1500.0)),
    Foot.RIGHT: Clock(-50.0, Bend(warm_up_ppm=-10.0, swing_ppm=10.0)),
}
KEPT_IN_MEMORY = 8
"""Packets that a power cut costs: the record that is written, and those that wait for the next."""
KILL_AT = 0.4
"""Share of the left pod's records on the shelf at which `sync` is killed."""
Bring = Callable[[Settings, KeptRun], None]
"""Brings a run from the pods into the data folder."""
SLACK_S, CRYSTAL = 0.1, 50e-6
"""Of times in a run that only the pods' crystals timed, after a note of the time that took a moment to arrive."""
TICKS_APART = 1 << 44
"""Between the ticks of two boots, so that they can be told apart in one number."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The run as it was synced beside the run as it was.

    Parameters
    ----------
    made, kept : packets that the pods made, and that their flash held.
    contact_samples : (n,) by how many samples contacts differ, in each pod's own ticks.
    pair_ms : (n,) by how much left against right differs, each second.
    """

    made: int
    kept: int
    found: int
    doubled: int
    strides: tuple[int, int]
    contact_samples: Floats
    pair_ms: Floats
    findings: tuple[Sequence[Found], Sequence[Found]]
    alerts: int
    alerts_doubled: int


def rows(
    minutes: float = 90.0, cuts: int = 5, beacon_loss: float = 0.5, bring: Bring | None = None
) -> Iterator[Finding]:
    """Figures of the run and of its way home; without `bring`, by the real command, killed once."""
    data = f"{minutes:g} min kept, {cuts} power cuts"
    with TemporaryDirectory(prefix="surefoot-sync-") as folder:
        found = compared(Path(folder), kept_run(minutes, cuts, beacon_loss), bring or sync_killed_once)
    lost, cut, cut_limit = found.kept - found.found, found.made - found.kept, KEPT_IN_MEMORY * cuts
    limit_s = SLACK_S + CRYSTAL * 60.0 * minutes
    worst = float(np.max(found.contact_samples, initial=0.0))
    pair_ms = float(np.percentile(found.pair_ms, 95))
    same = kinds(found.findings[0]) == kinds(found.findings[1])
    times_s, values_pct = findings_apart(*found.findings) if same else (np.inf, np.inf)
    for what, value, target, passed in (
        ("packets that flash held, lost", f"{lost} of {found.kept}", "0", not lost),
        ("packets stored twice", f"{found.doubled}", "0", not found.doubled),
        ("packets that the power cuts cost", f"{cut} of {found.made}", f"≤ {cut_limit}", cut <= cut_limit),
        (
            "strides: synced, by true clocks",
            "{}, {}".format(*found.strides),
            "same",
            found.strides[0] == found.strides[1],
        ),
        ("contacts apart, worst", f"{worst:.2f} samples", "≤ 1", worst <= 1.0),
        ("left against right, p95", f"{pair_ms:.1f} ms", "≤ 5 ms", pair_ms <= 5.0),
        ("findings: synced, by true clocks", "{}, {}".format(*map(len, found.findings)), "same kinds and feet", same),
        ("their times apart, worst", f"{times_s:.2f} s", f"≤ {limit_s:.2f} s", times_s <= limit_s),
        ("their values apart, worst", f"{values_pct:.1f} %", "≤ 2 %", values_pct <= 2.0),
        ("alerts told twice", f"{found.alerts_doubled} of {found.alerts}", "0", not found.alerts_doubled),
    ):
        yield Finding(data, what, value, target, passed)


def compared(folder: Path, kept: KeptRun, bring: Bring) -> Compared:
    """Bring a run in, and compare it with what really was."""
    settings = Settings(data=folder / "data")
    held = {foot: fetched(pod) for foot, pod in kept.pods.items()}
    bring(settings, kept)
    (run,) = list_runs(settings.runs_folder)
    true = heard_run(folder, kept)
    packets = [
        (boot.connection.pod, boot.info.boot, sequence)
        for boots in read_heard(run).boots.values()
        for boot in boots
        for sequence in boot.packets
    ]
    results, truth = (analyze_run(each, lambda *_: None).runners[RUNNER].results for each in (run, true))
    told = alert_ids(settings)
    return Compared(
        sum(len(pod.packets) for pod in kept.pods.values()),
        sum(len(packets_in(records)) for records in held.values()),
        len(set(packets)),
        len(packets) - len(set(packets)),
        (strides(results), strides(truth)),
        contacts_apart(run, results, true, truth),
        pair_apart_ms(run, true),
        (latest(results.findings), latest(truth.findings)),
        len(told),
        len(told) - len(set(told)),
    )


def kept_run(minutes: float, cuts: int, beacon_loss: float) -> KeptRun:
    """A run of a runner who tires, kept by pods at either end of what crystals do, which lose power now and then."""
    scenario = make_scenario("story", minutes, SEED)
    at_s = np.linspace(0.0, scenario.duration_s, cuts + 2)[1:-1]
    failures = [(list(Foot)[number % 2], float(each)) for number, each in enumerate(at_s)]
    return keep_run(scenario, SEED, BEGUN_UTC_S, clocks=CLOCKS, air=BeaconAir(beacon_loss), power_cuts=failures)


def from_shelf(settings: Settings, kept: KeptRun) -> None:
    """Bring in what the pods kept as if it had been taken over."""
    for pod in kept.pods.values():
        shelve(shelf_of(settings).folder, pod.settings.serial, fetched(pod))
    bring_in(settings)


def sync_killed_once(settings: Settings, kept: KeptRun) -> None:
    """Run the real command, kill it in the middle of the transfer, and run it to its end."""
    held_bytes = sum(map(len, fetched(kept.pods[Foot.LEFT])))
    save_pods(settings.data / "simulated", kept.pods)
    shelf = settings.data / "shelf" / f"SIM{SEED:02X}0001.bin"
    with RealCommand(settings.data, "sync", "--simulated", "--seed", str(SEED)) as command:
        wait(lambda: shelf.exists() and shelf.stat().st_size > KILL_AT * held_bytes, 600.0)
        command.kill()
    with RealCommand(settings.data, "sync", "--simulated", "--seed", str(SEED)) as command:
        assert command.finish(900.0) == 0, command.err


def heard_run(folder: Path, kept: KeptRun) -> RunFolder:
    """The same packets, each at the time at which it was made: what somebody beside the runner would have heard."""
    worn = [PodAssignment(pod.settings.serial, foot, RUNNER) for foot, pod in kept.pods.items()]
    run = create_run(folder / "heard", worn, software="test")
    boots = [each for number, (foot, pod) in enumerate(kept.pods.items()) for each in true_boots(number, foot, pod)]
    with JournalWriter(run.journal_path) as journal:
        for _, _, entry in merge(*map(boot_entries, boots), key=lambda each: each[:2]):
            journal.append(entry)
        journal.append(EndEntry(kept.motion.duration_s))
    return run.mark_ended()


def true_boots(number: int, foot: Foot, pod: AwayPod) -> Iterator[TimedBoot]:
    """A pod's boots with what its flash held of them, timed by the clock that it really had."""
    packets = packets_in(fetched(pod))
    for info, oscillator in pod.boots:
        own = {
            packet.sequence: HeardPacket(
                packet.sequence, packet.tick_us, packet.tick_us + packet.span_us, False, 0.0, resent(packet)
            )
            for packet in packets
            if packet.boot == info.boot
        }
        if own:
            connection = PodEntry(number, 0.0, min(own), foot, RUNNER, bytes(info))
            yield TimedBoot(connection, info, min(own), own, true_mappings(info.boot, oscillator, own.values()))


def true_mappings(boot: int, oscillator: Oscillator, packets: Collection[HeardPacket]) -> list[ClockMapping]:
    """What a pod's clock showed, second by second."""
    until_s = max(packet.end_us for packet in packets) * 1e-6 + max(oscillator.power_on_s, 0.0) + 2.0
    at_s = np.arange(max(oscillator.power_on_s, 0.0), until_s, 1.0)
    ticks_us = np.asarray(oscillator.tick_us(at_s))
    rates = np.diff(at_s) / (1e-6 * np.diff(ticks_us))
    rows = zip(ticks_us.tolist(), at_s.tolist(), rates.tolist(), strict=False)
    return [ClockMapping(boot, int(tick_us), time_s, rate) for tick_us, time_s, rate in rows]


def resent(packet: Packet) -> bytes:
    """The packet as it comes later."""
    return bytes(replace(packet, flags=packet.flags | PacketFlag.RESENT))


def packets_in(records: Sequence[bytes]) -> list[Packet]:
    """All packets of records."""
    read = [read_record(data)[1] for data in records]
    return [packet for record in read if isinstance(record, SamplesRecord) for packet in record.packets]


def ticks_of(run: RunFolder) -> dict[int, tuple[Floats, Floats]]:
    """Session times of each pod's packets, and their ticks, in one number for all boots."""
    found = {}
    for number, boots in read_heard(run).boots.items():
        ordered = sorted(boots, key=lambda boot: boot.session_s(min(each.tick_us for each in boot.packets.values())))
        rows = [
            (boot.session_s(tick_us), place * TICKS_APART + tick_us)
            for place, boot in enumerate(ordered)
            for packet in boot.packets.values()
            for tick_us in (packet.tick_us, packet.end_us)
        ]
        times_s, ticks_us = np.array(sorted(rows)).T
        found[number] = times_s, ticks_us
    return found


def contacts_apart(run: RunFolder, results: Results, true: RunFolder, truth: Results) -> Floats:
    """(n,) by how many samples each contact differs from the nearest one that was heard, in its pod's ticks."""
    ticks, true_ticks = ticks_of(run), ticks_of(true)
    apart = []
    for number, pod in enumerate(run.manifest.pods):
        for name in ("initial_contact_s", "terminal_contact_s"):
            own, other = (getattr(each.strides[pod.foot], name) for each in (results, truth))
            here, there = np.interp(own, *ticks[number]), np.sort(np.interp(other, *true_ticks[number]))
            after = np.clip(np.searchsorted(there, here), 1, len(there) - 1)
            nearest = np.minimum(np.abs(there[after] - here), np.abs(there[after - 1] - here))
            apart.append(nearest * 1e-6 * RATE_HZ)
    return np.concatenate(apart)


def pair_apart_ms(run: RunFolder, true: RunFolder) -> Floats:
    """(n,) by how much the left pod's time, as synced, is off against the right pod's, each second."""
    ticks, true_ticks = ticks_of(run), ticks_of(true)
    until_s = min(times_s[-1] for times_s, _ in true_ticks.values())
    at_s = np.arange(2.0, until_s - 2.0, 1.0)
    late_s = []
    for number in (0, 1):
        times_s, ticks_us = ticks[number]
        late_s.append(np.interp(np.interp(at_s, *true_ticks[number]), ticks_us, times_s) - at_s)
    return 1e3 * np.abs(late_s[0] - late_s[1])


def strides(results: Results) -> int:
    """Strides of both feet."""
    return sum(map(len, results.strides.values()))


def kinds(findings: Iterable[Found]) -> tuple[str, ...]:
    """What was found, by kind and foot."""
    return tuple(sorted(f"{finding.kind} {finding.foot}" for finding in findings))


def findings_apart(some: Iterable[Found], others: Iterable[Found]) -> tuple[float, float]:
    """By how many seconds, and by how much of their values, findings of the same kinds and feet differ at most."""
    ordered = [sorted(each, key=lambda one: (one.kind, str(one.foot), one.time_s)) for each in (some, others)]
    pairs = list(zip(*ordered, strict=True))
    times_s = [abs(one.time_s - other.time_s) for one, other in pairs]
    values_pct = [100.0 * abs(one.value - other.value) / max(abs(other.value), 1e-9) for one, other in pairs]
    return max(times_s, default=0.0), max(values_pct, default=0.0)


def alert_ids(settings: Settings) -> list[str]:
    """Every alert's finding and event."""
    with StoreReader(settings.store_path) as reader:
        told = [alert for run in reader.runs() for alert in reader.alerts(run.run, run.runner)]
    return [f"{alert.get('finding')} {alert['event']} {alert['severity']}" for alert in told]
