"""Boots that no host was near are placed by what clients noted and by what partners heard; else it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from surefoot.analysis.model import Floats
from surefoot.firmware_sim.pod.beacon_air import BeaconAir, beacon_records
from surefoot.firmware_sim.pod.oscillator import Bend, Oscillator
from surefoot.sensor_ingest.pod_store.records import BeaconRecord, BootRecord, SamplesRecord, StoreRecord, UtcRecord
from surefoot.sensor_ingest.recording.boot_placing import place_boots
from surefoot.sensor_ingest.recording.clock_steering import session_times
from surefoot.sensor_ingest.recording.kept_pods import KeptBoot, KeptPod
from surefoot.sensor_ingest.recording.placement import PlacedBoot, Placement
from tests.sensor_ingest.wire import info, packet

NOON_S = 1_796_000_000.0
"""Session time 0, UTC."""
RUN_S = 3600.0
HALF_LOST = BeaconAir(0.5)


@dataclass
class Worn:
    """A pod on a foot: when it was started, and what it kept."""

    tag: str
    drift_ppm: float
    starts_s: Sequence[float]
    ends_s: Sequence[float]
    bend: Bend = field(default_factory=lambda: Bend(warm_up_ppm=10.0))
    utc: list[UtcRecord] = field(default_factory=list)
    beacons: list[BeaconRecord] = field(default_factory=list)

    def clock(self, count: int) -> Oscillator:
        return Oscillator(self.starts_s[count - 1], self.drift_ppm, self.bend)

    def note(self, count: int, at_s: float, wrong_s: float = 0.0) -> None:
        """A client says the time, 20 ms late."""
        utc_us = round(1e6 * (NOON_S + at_s + wrong_s))
        self.utc.append(UtcRecord(count, self.clock(count).tick_us(at_s + 0.02), utc_us))

    def kept(self) -> KeptPod:
        boots = [
            KeptBoot(count, 64 * count, self.clock(count).tick_us(start_s + 1.0), self.clock(count).tick_us(end_s))
            for count, (start_s, end_s) in enumerate(zip(self.starts_s, self.ends_s, strict=True), 1)
        ]
        return KeptPod(self.tag, tuple(boots), tuple(self.utc), tuple(self.beacons))


def worn(tag: str, *restarts_s: float, drift_ppm: float = 40.0) -> Worn:
    """A pod that was on before the run and restarted during it."""
    return Worn(tag, drift_ppm, [-100.0, *restarts_s], [*(at_s - 2.0 for at_s in restarts_s), RUN_S])


def hear(left: Worn, left_boot: int, right: Worn, right_boot: int, air: BeaconAir = HALF_LOST) -> None:
    """Both hear each other while both boots last."""
    pods = ((left, left_boot), (right, right_boot))
    start_s = max(pod.starts_s[count - 1] for pod, count in pods)
    end_s = min(pod.ends_s[count - 1] for pod, count in pods)
    kept = beacon_records(
        [pod.clock(count) for pod, count in pods],
        [left.tag, right.tag],
        end_s - start_s,
        air,
        seed=5,
        start_s=start_s,
        boot_counts=(left_boot, right_boot),
    )
    left.beacons += kept[0]
    right.beacons += kept[1]


def times_s(boot: PlacedBoot, pod: Worn, at_s: Floats) -> Floats:
    """(n,) session times of what really was at `at_s`."""
    return session_times(boot.session_mappings(NOON_S), pod.clock(boot.boot_count).tick_us(at_s).astype(float))


def placed(placement: Placement, pod: Worn, count: int) -> PlacedBoot:
    return next(boot for boot in placement.boots if boot.key == (pod.tag, count))


def placement(*pods: Worn) -> Placement:
    return place_boots([pod.kept() for pod in pods])


def test_a_boot_that_no_client_met_is_placed_by_its_partner() -> None:
    left, right = worn("0001"), worn("0002", 1500.0, drift_ppm=-40.0)
    left.note(1, -50.0)
    left.note(1, RUN_S - 5.0)
    hear(left, 1, right, 1)
    hear(left, 1, right, 2)
    found = placement(left, right)
    assert all(boot.dated and boot.timeline == 0 for boot in found.boots)
    assert all(0.0 < boot.utc_sd_s < 0.2 for boot in found.boots)
    for count, at_s in ((1, np.arange(0.0, 1490.0, 10.0)), (2, np.arange(1510.0, RUN_S, 10.0))):
        right_s, left_s = times_s(placed(found, right, count), right, at_s), times_s(placed(found, left, 1), left, at_s)
        assert np.percentile(np.abs(right_s - left_s), 95) < 0.003
        assert left_s == pytest.approx(at_s, abs=0.15)
    assert {mapping.boot for mapping in placed(found, right, 2).mappings} == {128}
    assert [note for note in found.notes if "beacons" in note and "fit to 0." in note] == list(found.notes)
    assert len(found.notes) == 2


def test_boots_that_restart_in_turn_share_one_timeline() -> None:
    left, right = worn("0001", 1200.0), worn("0002", 2400.0, drift_ppm=-40.0)
    left.note(1, -50.0)
    hear(left, 1, right, 1)
    hear(left, 2, right, 1)
    hear(left, 2, right, 2)
    found = placement(left, right)
    assert {boot.timeline for boot in found.boots} == {0}
    at_s = np.arange(2450.0, RUN_S, 10.0)
    apart_s = times_s(placed(found, left, 2), left, at_s) - times_s(placed(found, right, 2), right, at_s)
    assert np.percentile(np.abs(apart_s), 95) < 0.003
    assert found.pair_clock("0001", "0002", NOON_S, NOON_S + RUN_S, zero_s=NOON_S).unknown_s == ()


def test_without_utc_and_without_a_partner_the_order_is_known_and_the_time_not() -> None:
    left = Worn("0001", 40.0, [-100.0, 1200.0, 2400.0], [1198.0, 1900.0, RUN_S])
    left.note(1, 1100.0)
    left.note(3, RUN_S)
    first, second, third = (placement(left)).boots
    assert (first.dated, second.dated, third.dated) == (True, False, True)
    assert second.utc_sd_s == np.inf
    assert (second.after_s - NOON_S, second.before_s - NOON_S) == pytest.approx((1198.0, 2401.0), abs=0.2)
    assert second.start_s == pytest.approx(1.0, abs=0.01)
    (note,) = placement(left).notes
    assert note.startswith("Pod 0001, start 2: order known, time unknown, after 2026-11-30 ")


def test_a_boot_that_just_fits_between_its_neighbours_is_dated_by_them() -> None:
    left, right = worn("0001", 1200.0, 1230.0), worn("0002", drift_ppm=-40.0)
    left.note(1, 1100.0)
    left.note(3, RUN_S)
    right.note(1, RUN_S)
    found = placement(left, right)
    between = placed(found, left, 2)
    assert between.dated
    assert times_s(between, left, np.array([1210.0])) == pytest.approx([1210.0], abs=2.0)
    assert 0.5 < between.utc_sd_s < 2.0
    clock = found.pair_clock("0001", "0002", NOON_S + 1150.0, NOON_S + 1300.0, zero_s=NOON_S)
    assert clock.unknown_s == ((1150.0, 1300.0),)
    assert not any("time unknown" in note for note in found.notes)


def test_two_boots_in_a_row_without_a_time_keep_their_order_only() -> None:
    left = worn("0001", 1200.0, 1220.0, 1240.0)
    left.note(1, 1100.0)
    left.note(4, RUN_S)
    assert [boot.dated for boot in placement(left).boots] == [True, False, False, True]


def test_a_pair_that_met_no_client_is_on_one_clock_all_the_same() -> None:
    left, right = worn("0001"), worn("0002", drift_ppm=-40.0)
    hear(left, 1, right, 1)
    found = placement(left, right)
    assert not any(boot.dated for boot in found.boots)
    assert {boot.timeline for boot in found.boots} == {0}
    at_s = np.arange(0.0, RUN_S, 10.0)
    one_s, other_s = (times_s(placed(found, pod, 1), pod, at_s) for pod in (left, right))
    assert one_s == pytest.approx(other_s, abs=0.003)
    assert sum("order known, time unknown." in note for note in found.notes) == 2


def test_times_that_contradict_each_other_follow_the_majority_and_are_told() -> None:
    left = worn("0001")
    for at_s, wrong_s in ((-60.0, -7200.0), (0.0, 0.0), (1800.0, 0.0), (RUN_S, 0.0)):
        left.note(1, at_s, wrong_s)
    found = placement(left)
    assert times_s(found.boots[0], left, np.array([1000.0])) == pytest.approx([1000.0], abs=0.2)
    assert found.notes == ("Times noted for pod 0001, start 1 contradict each other: 3 of 4 are followed.",)


def test_two_notes_in_a_row_say_nothing_of_the_clocks_rate() -> None:
    left = worn("0001")
    left.note(1, 0.0, 0.06)
    left.note(1, 5.0, -0.06)
    (boot,) = placement(left).boots
    assert all(abs(mapping.rate - 1.0) < 10e-6 for mapping in boot.mappings)
    assert times_s(boot, left, np.array([RUN_S])) == pytest.approx([RUN_S], abs=0.3)
    assert 0.1 < boot.utc_sd_s < 0.3


def test_of_two_times_the_newest_is_followed() -> None:
    left = worn("0001")
    left.note(1, -60.0, 3600.0)
    left.note(1, RUN_S)
    assert times_s(placement(left).boots[0], left, np.array([1000.0])) == pytest.approx([1000.0], abs=0.2)


def test_a_computer_without_a_battery_dates_nothing() -> None:
    left = worn("0001")
    left.note(1, 0.0, -NOON_S)
    found = placement(left)
    assert not found.boots[0].dated
    assert found.notes[0] == "Times noted for pod 0001, start 1 contradict each other: none can be right."


def test_a_start_dated_after_a_later_one_is_not_believed() -> None:
    left = worn("0001", 1200.0)
    left.note(1, 0.0, 7200.0)
    left.note(2, 1300.0)
    found = placement(left)
    assert [boot.dated for boot in found.boots] == [False, True]
    assert found.notes[0] == "The times noted for pod 0001, start 1 are later than those of a later start."


def test_pods_that_hear_nothing_are_placed_apart() -> None:
    left, right = worn("0001"), worn("0002", drift_ppm=-40.0)
    for pod in (left, right):
        pod.note(1, -50.0)
    found = placement(left, right)
    assert [boot.timeline for boot in found.boots] == [0, 1]
    clock = found.pair_clock("0001", "0002", NOON_S, NOON_S + RUN_S, zero_s=NOON_S)
    assert clock.unknown_s == ((0.0, RUN_S),)


def test_where_a_pair_is_unknown_and_how_well_it_is_known_else() -> None:
    left, right = worn("0001"), worn("0002", drift_ppm=-40.0)
    left.note(1, -50.0)
    hear(left, 1, right, 1, BeaconAir(0.5, ((600.0, 3000.0),)))
    clock = placement(left, right).pair_clock("0001", "0002", NOON_S, NOON_S + RUN_S, zero_s=NOON_S)
    ((start_s, end_s),) = clock.unknown_s
    assert 700.0 < start_s < 1500.0 < end_s < 2900.0
    assert 0.0002 < clock.sd_s < 0.0025


def test_a_run_has_the_mappings_that_it_needs() -> None:
    left = worn("0001")
    left.note(1, -50.0)
    (boot,) = placement(left).boots
    some, every = boot.session_mappings(NOON_S, start_s=NOON_S + 600.0, end_s=NOON_S + 1200.0), boot.mappings
    assert 10 <= len(some) <= 12 < len(every)
    ticks_us = left.clock(1).tick_us(np.arange(600.0, 1200.0, 7.0)).astype(float)
    assert session_times(some, ticks_us) == pytest.approx(session_times(every, ticks_us) - NOON_S, abs=1e-6)
    assert len(boot.session_mappings(NOON_S, end_s=0.0)) == 1


def test_runs_of_several_days_in_one_boot_are_each_on_one_clock() -> None:
    week_s = [day * 86_400.0 for day in (0, 1, 6)]
    left, right = (Worn(tag, ppm, [-100.0], [week_s[-1] + RUN_S]) for tag, ppm in (("0001", 50.0), ("0002", -50.0)))
    for day_s in week_s:
        heard = beacon_records(
            [left.clock(1), right.clock(1)], ["0001", "0002"], RUN_S, HALF_LOST, seed=int(day_s), start_s=day_s
        )
        left.beacons += heard[0]
        right.beacons += heard[1]
    left.note(1, -50.0)
    left.note(1, week_s[-1] + RUN_S)
    found = placement(left, right)
    for day_s in week_s:
        at_s = np.arange(day_s, day_s + RUN_S, 10.0)
        one_s, other_s = (times_s(placed(found, pod, 1), pod, at_s) for pod in (left, right))
        assert np.percentile(np.abs(one_s - other_s), 95) < 0.002
        assert found.pair_clock("0001", "0002", *(NOON_S + at_s[[0, -1]])).unknown_s == ()
    ((start_s, end_s),) = found.pair_clock("0001", "0002", NOON_S + 40_000.0, NOON_S + 50_000.0).unknown_s
    assert (start_s - NOON_S, end_s - NOON_S) == (40_000.0, 50_000.0)


def test_a_note_a_minute_for_a_day_is_not_too_many() -> None:
    left = worn("0001")
    for at_s in np.arange(-80_000.0, RUN_S, 60.0).tolist():
        left.starts_s = [-80_100.0]
        left.note(1, at_s, wrong_s=0.03 * (int(at_s) % 7 - 3))
    (boot,) = placement(left).boots
    assert times_s(boot, left, np.array([0.0, RUN_S])) == pytest.approx([0.0, RUN_S], abs=0.2)
    assert boot.utc_sd_s < 0.2


def test_a_kept_pod_is_read_from_its_records_in_any_order() -> None:
    made = [packet(sequence, boot=64) for sequence in range(3)]
    noted = UtcRecord(1, 5, 6)
    heard = BeaconRecord(1, 7, "0002", 1, 8)
    records: list[StoreRecord] = [SamplesRecord(1, (each,)) for each in made[::-1]]
    pod = KeptPod.from_records("0001", [BootRecord(1, bytes(info(64))), *records, noted, heard])
    last_us = made[2].tick_us + made[2].span_us
    assert pod == KeptPod("0001", (KeptBoot(1, 64, made[0].tick_us, last_us),), (noted,), (heard,))


def test_ticks_that_cannot_be_are_not_read_and_do_no_harm() -> None:
    far = (1 << 64) - 1
    impossible: list[StoreRecord] = [
        SamplesRecord(1, (replace(packet(0), tick_us=far),)),
        UtcRecord(1, far, 5),
        BeaconRecord(1, far, "0002", 1, 5),
    ]
    assert KeptPod.from_records("0001", impossible) == KeptPod("0001", (), (), ())
    assert place_boots([]).boots == ()
    ages = KeptPod("0001", (KeptBoot(1, 64, 0, 1 << 52),), (UtcRecord(1, 1 << 51, 1 << 63),), ())
    (boot,) = place_boots([ages]).boots
    assert not boot.dated
    assert len(boot.mappings) < 60_000


def test_of_a_long_boot_only_the_low_bits_travel() -> None:
    left, right = worn("0001"), worn("0002", drift_ppm=-40.0)
    hear(left, 1, right, 1)
    far = replace(right.kept(), boots=tuple(replace(boot, boot_count=65537) for boot in right.kept().boots))
    far = replace(far, beacons=tuple(replace(beacon, boot_count=65537) for beacon in far.beacons))
    assert len({boot.timeline for boot in place_boots([left.kept(), far]).boots}) == 1
