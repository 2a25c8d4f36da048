"""The assembler gives each sample once, in order, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.analysis.model import STANDARD_GRAVITY_MPS2, Foot, Samples
from surefoot.sensor_ingest.protocol import MAX_SAMPLES, Packet, PacketFlag
from surefoot.sensor_ingest.recording.assembler import Assembler, Batch, PodAssembler
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.clock_steering import FIRST_MAPPING_AFTER_S
from surefoot.sensor_ingest.recording.entries import ClockEntry, EndEntry, Entry, LostEntry, PacketEntry
from surefoot.sensor_ingest.recording.packet_reordering import (
    REORDER_WINDOW_PACKETS,
    PodCounts,
    ReorderBuffer,
    SequenceGap,
)
from tests.sensor_ingest.wire import (
    BOOT,
    PACKET_US,
    PER_PACKET,
    RATE_HZ,
    SPAN_US,
    clock_entry,
    counts_of,
    info,
    packet,
    packet_entry,
    pod_entry,
)

START: list[Entry] = [pod_entry(), clock_entry()]


def feed(entries: list[Entry], assembler: Assembler | None = None) -> list[Batch]:
    """All batches that entries give."""
    assembler = assembler or Assembler()
    return [given for entry in entries for given in assembler.process(entry) if isinstance(given, Batch)]


def sequences(batches: list[Batch], boot: int = BOOT, most: int = 60) -> list[int]:
    """Which packets the batches are made of, told by their readings."""
    scale = 16 * STANDARD_GRAVITY_MPS2 / 32768
    known = {(counts_of(number, boot)[0, :3] * scale).tobytes(): number for number in range(most)}
    acc_mps2 = np.concatenate([batch.samples.acc_mps2 for batch in batches] or [np.empty((0, 3))])
    return [known[row.tobytes()] for row in acc_mps2[::PER_PACKET]]


def counts(assembler: Assembler) -> PodCounts:
    return assembler.pods[0].counts


def test_readings_are_scaled_to_si_and_timed_by_the_mapping() -> None:
    (batch,) = feed([*START, packet_entry(0)])
    samples = batch.samples
    assert (batch.pod, batch.runner, samples.foot) == (0, "runner-1", Foot.LEFT)
    assert samples.acc_mps2 == pytest.approx(counts_of(0)[:, :3] / 32768 * 16 * 9.80665)
    assert samples.gyr_radps == pytest.approx(counts_of(0)[:, 3:] / 32768 * np.radians(2000))
    assert samples.time_s == pytest.approx(5.0 + np.arange(PER_PACKET) / RATE_HZ, abs=1e-6)
    assert not samples.clipped.any()


@pytest.mark.parametrize(("count", "clipped"), [(32766, False), (32767, True), (-32767, True), (-32768, True)])
def test_counts_at_the_end_of_the_range_are_marked(count: int, clipped: bool) -> None:
    made = packet(0)
    made.counts[3, 4] = count
    (batch,) = feed([*START, PacketEntry(0, 1.1, bytes(made))])
    assert batch.samples.clipped.tolist() == [row == 3 and clipped for row in range(PER_PACKET)]


@pytest.mark.parametrize(("axis", "gyroscope"), [(2, False), (3, True)])
def test_which_sensor_is_at_the_end_of_its_range_is_told(axis: int, gyroscope: bool) -> None:
    made = packet(0)
    made.counts[3, axis] = 32767
    (batch,) = feed([*START, PacketEntry(0, 1.1, bytes(made))])
    assert batch.samples.clipped[3]
    assert batch.samples.gyr_clipped.tolist() == [row == 3 and gyroscope for row in range(PER_PACKET)]


@given(st.permutations(range(12)), st.lists(st.integers(0, 11), max_size=12), st.sets(st.integers(0, 10), max_size=4))
def test_any_order_any_repetition_and_any_holes_give_each_sample_once_in_order(
    order: list[int], again: list[int], missing: set[int]
) -> None:
    come = [number for number in [*order, *again] if number not in missing]
    lost: list[Entry] = [LostEntry(0, BOOT, number, 1) for number in sorted(missing, reverse=True)]
    assembler = Assembler()
    batches = feed([*START, *(packet_entry(number) for number in come), *lost], assembler)
    expected = sorted(set(come))
    assert sequences(batches) == expected
    times_s = np.concatenate([batch.samples.time_s for batch in batches])
    assert (np.diff(times_s) > 0).all()
    assert times_s == pytest.approx(
        np.concatenate([5.0 + number * PACKET_US * 1e-6 + np.linspace(0, SPAN_US, 18) * 1e-6 for number in expected])
    )
    assert counts(assembler).lost == len(missing)
    assert counts(assembler).duplicate == len(come) - len(expected)
    assert counts(assembler).samples == len(times_s)


@given(st.data())
def test_the_same_entries_give_the_same_bits_however_they_are_cut(data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(8)))
    entries: list[Entry] = [*START, *(packet_entry(number) for number in order), EndEntry(9.0)]
    whole, parts, assembler = feed(entries), [], Assembler()
    for entry in entries:
        parts += feed([entry], assembler)
    assert len(whole) == len(parts)
    for one, other in zip(whole, parts, strict=True):
        assert one.samples.time_s.tobytes() == other.samples.time_s.tobytes()
        assert one.samples.acc_mps2.tobytes() == other.samples.acc_mps2.tobytes()


def test_samples_after_a_hole_wait_until_it_is_filled() -> None:
    assembler = Assembler()
    assert len(feed([*START, packet_entry(0), packet_entry(2), packet_entry(3)], assembler)) == 1
    assert assembler.pods[0].reorder_buffer is not None
    assert assembler.pods[0].reorder_buffer.gaps() == [SequenceGap(1, 1)]
    assert sequences(feed([packet_entry(1)], assembler)) == [1, 2, 3]
    assert assembler.pods[0].reorder_buffer.gaps() == []


def test_nothing_is_given_before_the_clock_is_known_and_then_everything() -> None:
    assembler = Assembler()
    assert feed([pod_entry(), packet_entry(0), packet_entry(1)], assembler) == []
    assert sequences(feed([clock_entry()], assembler)) == [0, 1]


def test_the_end_gives_up_what_is_missing() -> None:
    assembler = Assembler()
    assert sequences(feed([*START, packet_entry(3), packet_entry(5), EndEntry(9.0)], assembler)) == [3, 5]
    assert counts(assembler).lost == 4


def test_packets_from_before_the_run_are_left_out() -> None:
    assembler = Assembler()
    entries: list[Entry] = [pod_entry(first=5), clock_entry(), packet_entry(4), packet_entry(5)]
    assert sequences(feed(entries, assembler)) == [5]
    assert counts(assembler).duplicate == 1


def test_a_new_boot_starts_afresh_and_its_times_go_on() -> None:
    assembler = Assembler()
    old = feed([*START, packet_entry(0), packet_entry(2)], assembler)
    rest = feed([pod_entry(boot=9, at_s=20.0)], assembler)
    new = feed([packet_entry(1, boot=9, late_s=19.0), packet_entry(0, boot=9, late_s=19.0)], assembler)
    new += feed([clock_entry(boot=9, session0_s=20.0)], assembler)
    assert (sequences(old), sequences(rest), sequences(new, 9)) == ([0], [2], [0, 1])
    old_end_s = rest[-1].samples.time_s[-1]
    times_s = np.concatenate([batch.samples.time_s for batch in (*old, *rest, *new)])
    assert (np.diff(times_s) > 0).all()
    assert (counts(assembler).lost, counts(assembler).boots) == (1, 2)
    assert counts(assembler).between_boots_s == pytest.approx(20.0 - old_end_s)


def test_connecting_again_to_the_same_boot_changes_nothing() -> None:
    again = replace(pod_entry(first=40, at_s=5.0), info=bytes(info(oldest=0, newest=7)))
    assert sequences(feed([*START, packet_entry(0), again, packet_entry(1)])) == [0, 1]


def test_a_boot_that_drew_the_number_of_the_last_one_is_told_by_its_sequence() -> None:
    assembler = Assembler()
    again: list[Entry] = [pod_entry(at_s=20.0), packet_entry(0, late_s=19.0), clock_entry(session0_s=20.0)]
    assert sequences(feed([*START, *(packet_entry(number) for number in range(5)), *again], assembler)) == [
        *range(5),
        0,
    ]
    assert counts(assembler).boots == 2


def test_packets_of_another_boot_are_refused() -> None:
    assembler = Assembler()
    assert feed([*START, packet_entry(0, boot=3)], assembler) == []
    assert counts(assembler).malformed == 1


def test_times_strictly_increase_even_if_a_mapping_jumps_back() -> None:
    assembler = Assembler()
    back = ClockEntry(0, ClockMapping(BOOT, 1_000_000 + PACKET_US, 4.99, 1.0))
    batches = feed([*START, packet_entry(0), back, packet_entry(1), packet_entry(2)], assembler)
    times_s = np.concatenate([batch.samples.time_s for batch in batches])
    assert (np.diff(times_s) > 0).all()
    assert counts(assembler).misordered_samples == 3 * PER_PACKET - len(times_s) > 0


@pytest.mark.parametrize("rate", [0.0, -1.0, 3.0, np.nan, np.inf])
def test_a_mapping_that_no_clock_has_is_ignored(rate: float) -> None:
    assert feed([pod_entry(), ClockEntry(0, ClockMapping(BOOT, 0, 0.0, rate)), packet_entry(0)]) == []


def test_samples_that_the_pod_dropped_are_counted_over_the_wrap() -> None:
    assembler = Assembler()
    for number, dropped in enumerate([0, 5, 65530, 3]):
        feed([PacketEntry(0, 5.0, bytes(packet(number, dropped=dropped)))] if number else START, assembler)
        if not number:
            feed([PacketEntry(0, 5.0, bytes(packet(0)))], assembler)
    assert counts(assembler).dropped_samples == 65530 + 9


def test_resent_packets_are_counted_and_do_not_move_the_clock() -> None:
    assembler = Assembler()
    resent = PacketEntry(0, 99.0, bytes(packet(1, flags=PacketFlag.RESENT)))
    assert sequences(feed([*START, packet_entry(0), resent], assembler)) == [0, 1]
    assert counts(assembler).resent == 1
    assert assembler.pods[0].reorder_buffer is not None
    assert assembler.pods[0].reorder_buffer.clock_fit.packets == 1


def contradicting() -> dict[str, Packet]:
    """Packets that would pass for good ones by their bytes."""
    good = packet(1)
    return {
        "from the future": replace(good, tick_us=10**15),
        "far ahead in sequence": replace(good, sequence=40_000),
        "ahead in sequence, not in time": replace(packet(0), sequence=1),
        "the same sequence at another time": replace(good, sequence=0),
        "later in sequence, earlier in time": replace(good, tick_us=1000),
        "no time between its samples": replace(good, span_us=0),
        "too much time between its samples": replace(good, span_us=4 * SPAN_US),
    }


@pytest.mark.parametrize("what", contradicting())
def test_a_packet_that_contradicts_the_others_is_refused_and_harms_nothing(what: str) -> None:
    assembler = Assembler()
    bad = PacketEntry(0, 1.3, bytes(contradicting()[what]))
    assert sequences(feed([*START, packet_entry(0), bad, packet_entry(1), packet_entry(2)], assembler)) == [0, 1, 2]
    assert counts(assembler).malformed == 1


def jump(after: int, by_s: float) -> Callable[[Packet], Packet]:
    """A clock that jumps with packet number `after`."""
    return lambda made: replace(made, tick_us=made.tick_us + round(by_s * 1e6) * (made.sequence >= after))


JUMPS: dict[str, Callable[[Packet], Packet]] = {
    "an hour on": jump(200, 3600.0),
    "a second on": jump(500, 1.0),
    "ten seconds back": jump(200, -10.0),
    "32 bits": lambda made: replace(made, tick_us=(made.tick_us + 2**32 - 20_000_000) % 2**32),
    "an odd first": lambda made: replace(made, tick_us=made.tick_us + (made.sequence == 0) * (9 << 40)),
}


def feed_live(made: list[Packet]) -> tuple[PodAssembler, list[Samples]]:
    """Packets that arrive 20 ms after their last sample, with the clock mapped as in a live run."""
    pod, found = PodAssembler(0), list[Samples | None]()
    pod.add_connection(pod_entry())
    for number, each in enumerate(made):
        arrival_s = (number * PACKET_US + SPAN_US) * 1e-6 + 0.02
        found.append(pod.add_packet(PacketEntry(0, arrival_s, bytes(each))))
        assert pod.reorder_buffer is not None
        estimate = pod.reorder_buffer.clock_fit.estimate()
        if estimate is not None and not pod.mappings and estimate.span_s > FIRST_MAPPING_AFTER_S:
            found.append(pod.add_mapping(estimate.mapping))
    return pod, [samples for samples in [*found, pod.finish()] if samples is not None]


@pytest.mark.parametrize("what", JUMPS)
def test_a_clock_that_jumps_costs_no_more_than_an_odd_packet(what: str) -> None:
    pod, found = feed_live([JUMPS[what](packet(number)) for number in range(700)])
    lost = 1 if what == "an odd first" else 0
    time_s = np.concatenate([samples.time_s for samples in found])
    assert len(time_s) == (700 - lost) * PER_PACKET
    assert (pod.boots, pod.counts.malformed) == (2, lost)
    true_s = np.concatenate(
        [n * PACKET_US * 1e-6 + np.linspace(0, SPAN_US * 1e-6, PER_PACKET) for n in range(lost, 700)]
    )
    assert time_s == pytest.approx(true_s + 0.02, abs=0.005)


def test_a_hole_that_nobody_fills_or_gives_up_does_not_fill_the_memory() -> None:
    buffer = ReorderBuffer(info(), 0)
    buffer.ready = True
    given = 0
    small = np.zeros((MAX_SAMPLES, 6), np.int16)
    for number in range(1, 3 * REORDER_WINDOW_PACKETS):
        if number % 1000:
            made = Packet(number, BOOT, 1_000_000 + number * PACKET_US, SPAN_US, PacketFlag(0), 0, small)
            buffer.insert(bytes(made), number * PACKET_US * 1e-6 + 1.1)
            given += sum(1 for _ in buffer.pop_ready())
        assert buffer.held_packets <= REORDER_WINDOW_PACKETS
    assert given > REORDER_WINDOW_PACKETS
    assert buffer.lost > 0


def test_without_a_clock_the_memory_is_bounded_too() -> None:
    buffer = ReorderBuffer(info(), 0)
    small = np.zeros((MAX_SAMPLES, 6), np.int16)
    for number in range(REORDER_WINDOW_PACKETS + 50):
        made = Packet(number, BOOT, 1_000_000 + number * PACKET_US, SPAN_US, PacketFlag(0), 0, small)
        buffer.insert(bytes(made), number * PACKET_US * 1e-6 + 1.1)
    assert buffer.held_packets == REORDER_WINDOW_PACKETS
    assert buffer.lost == 50


def test_entries_of_a_pod_that_never_connected_give_nothing() -> None:
    assert feed([packet_entry(0), clock_entry(), LostEntry(0, BOOT, 0, 5), EndEntry(1.0)]) == []


def test_an_info_that_makes_no_sense_is_passed_over() -> None:
    assert feed([replace(pod_entry(), info=b"nonsense"), clock_entry(), packet_entry(0)]) == []


def test_two_pods_do_not_meet() -> None:
    assembler = Assembler()
    entries = [*START, pod_entry(1, boot=9), clock_entry(1, boot=9), packet_entry(0), packet_entry(0, 1, 9)]
    batches = feed(entries, assembler)
    assert [batch.pod for batch in batches] == [0, 1]
    assert all(isinstance(batch.samples, Samples) for batch in batches)
