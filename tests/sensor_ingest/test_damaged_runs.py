"""A damaged recording is replayed but for what the damage touched, and goes on without losing or repeating anything."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.model import Floats, Foot, Ints
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.entries import EndEntry, Entry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.frames import encode_frame
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.mending import lost_packets
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run
from tests.sensor_ingest.damage import Damaged, bit_flipped, page_gone, page_overwritten
from tests.sensor_ingest.virtual import Recorded, in_virtual_time, record, replayed, standing
from tests.sensor_ingest.wire import PER_PACKET, clock_entry, info, packet_entry, pod_entry

PACKETS = range(40)
CLOCK_STEP_S = 0.002
"""A clock mapping that is lost moves times by up to 1.6 ms until the next one."""


def run_of(parent: Path, entries: Iterable[Entry], damaged: Entry) -> RunFolder:
    """A recorded run with one bit of an entry flipped."""
    run = create_run(parent, [PodAssignment("TEST0001", Foot.LEFT, "runner-1")], software="test")
    with JournalWriter(run.journal_path) as journal:
        for entry in entries:
            journal.append(entry)
    whole, frame = run.journal_path.read_bytes(), encode_frame(damaged)
    assert whole.count(frame) == 1
    run.journal_path.write_bytes(whole.replace(frame, frame[:-1] + bytes([frame[-1] ^ 1])))
    return run


def samples_of(run: RunFolder, *, refit: bool = False) -> int:
    return sum(len(batch.samples) for batch in replayed(run, refit=refit).batches)


@pytest.mark.parametrize("refit", [False, True])
def test_a_pods_first_connection_is_told_by_a_later_one(tmp_path: Path, refit: bool) -> None:
    packets = [packet_entry(sequence) for sequence in PACKETS]
    again = replace(pod_entry(at_s=7.0), info=bytes(info(newest=19)))
    entries: list[Entry] = [pod_entry(), *packets[:20], clock_entry(), again, *packets[20:]]
    assert samples_of(run_of(tmp_path, entries, entries[0]), refit=refit) == len(PACKETS) * PER_PACKET


def test_a_restarted_pods_connection_is_told_by_the_one_before(tmp_path: Path) -> None:
    before, after = ([packet_entry(sequence, boot=boot) for sequence in PACKETS] for boot in (77, 78))
    again = pod_entry(boot=78, at_s=9.0)
    entries: list[Entry] = [pod_entry(), clock_entry(), *before, again, *after, clock_entry(boot=78, session0_s=15.0)]
    assert samples_of(run_of(tmp_path, entries, again)) == 2 * len(PACKETS) * PER_PACKET


def test_packets_of_a_boot_that_never_got_a_clock_are_not_made_readings_of(tmp_path: Path) -> None:
    strange = [packet_entry(sequence, boot=99) for sequence in PACKETS]
    entries: list[Entry] = [pod_entry(), clock_entry(), packet_entry(0), packet_entry(1), *strange]
    assert samples_of(run_of(tmp_path, entries, entries[2])) == PER_PACKET


def test_nothing_waits_for_what_is_in_a_hole_but_for_what_was_sent_again(tmp_path: Path) -> None:
    packets = [packet_entry(sequence) for sequence in PACKETS]
    late = packets.pop(10)
    entries: list[Entry] = [pod_entry(), clock_entry(), *packets, late, EndEntry(60.0)]
    run = run_of(tmp_path, entries, packets[5])
    given = [len(each.samples) // PER_PACKET for each in replay(run) if isinstance(each, Batch)]
    assert given == [1] * 5 + [1] * 4 + [30]


def test_what_is_lost_is_what_no_entry_has() -> None:
    entries: list[Entry] = [pod_entry(), *(packet_entry(sequence) for sequence in (3, 2, 7, 4))]
    assert [(lost.first, lost.count) for lost in lost_packets(entries)[0, 77]] == [(0, 2), (5, 2)]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """A minute and a half of two pods."""
    return in_virtual_time(record(tmp_path_factory.mktemp("recorded"), standing(90.0)))


def nearest(times_s: Floats, wanted_s: Floats) -> Ints:
    """Indices of the times nearest to the wanted ones."""
    after = np.clip(np.searchsorted(times_s, wanted_s), 1, len(times_s) - 1)
    nearer: Ints = after - (wanted_s - times_s[after - 1] < times_s[after] - wanted_s)
    return nearer


@pytest.mark.parametrize("damage", [bit_flipped, page_overwritten, page_gone], ids=lambda each: each.__name__)
def test_every_sample_that_damage_leaves_is_replayed_at_its_time(
    tmp_path: Path, recorded: Recorded, damage: Callable[[bytes, random.Random], Damaged]
) -> None:
    folder, live, _, _ = recorded
    whole, rng = folder.journal_path.read_bytes(), random.Random(1)
    copy = RunFolder(tmp_path, folder.manifest)
    for _ in range(8):
        copy.journal_path.write_bytes(damage(whole, rng).data)
        kept = {entry for entry in JournalReader(copy.journal_path) if isinstance(entry, PacketEntry)}
        again = replayed(copy)
        assert 0 <= total(live.batches) - total(again.batches) <= PER_PACKET * (packets_in(folder) - len(kept))
        for pod in (0, 1):
            times_s, there_s = again.times_s(pod), live.times_s(pod)
            same = nearest(there_s, times_s)
            assert np.array_equal(again.acc_mps2(pod), live.acc_mps2(pod)[same])
            assert np.abs(times_s - there_s[same]).max() < CLOCK_STEP_S
            assert (np.diff(same) > 0).all()


def total(batches: list[Batch]) -> int:
    return sum(len(batch.samples) for batch in batches)


def packets_in(folder: RunFolder) -> int:
    return len({entry for entry in JournalReader(folder.journal_path) if isinstance(entry, PacketEntry)})


def test_a_pods_connection_is_recorded_again_every_minute(recorded: Recorded) -> None:
    connections = [entry for entry in JournalReader(recorded[0].journal_path) if isinstance(entry, PodEntry)]
    for pod in (0, 1):
        first_s, second_s = (entry.connected_s for entry in connections if entry.pod == pod)
        assert second_s - first_s == pytest.approx(60.0, abs=1.0)
