"""Sensors beside the pods are recorded as they spoke, come back after a loss, and never stand in the pods' way."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from surefoot.analysis.companions import Companion
from surefoot.firmware_sim.devices.virtual_companion import HEART_RATE_STRAP, Frames
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.recording.entries import CompanionEntry, CompanionEvent
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.manifest import CompanionAssignment
from surefoot.sensor_ingest.recording.merging import merge_recordings
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run
from tests.sensor_ingest.devices.companions import STRAP, TREADMILL, beating, companion, strap, treadmill
from tests.sensor_ingest.virtual import CREATED, RUNNER, Taken, in_virtual_time, recording, replayed, standing, worn

LASTS_S = 40.0
BOTH = (
    CompanionAssignment(Companion.HEART_RATE, STRAP, RUNNER),
    CompanionAssignment(Companion.TREADMILL, TREADMILL, RUNNER),
)


async def record(
    parent: Path, companions: Sequence[CompanionAssignment], frames: Frames = beating, *, out_s: float = 0.0
) -> tuple[RunFolder, Taken]:
    """A run with a strap and a treadmill in the air; the strap is out of reach for a while."""
    async with Simulation(1) as simulation:
        runner = await simulation.add_runner(RUNNER, standing(LASTS_S))
        folder = create_run(parent, worn(runner), software="test", created_utc=CREATED, companions=companions)
        taken = Taken()
        async with (
            strap(simulation, frames) as worn_strap,
            treadmill(simulation),
            recording(folder, simulation, taken),
        ):
            await asyncio.sleep(LASTS_S / 2)
            if out_s:
                await worn_strap.outage(out_s)
            await asyncio.sleep(LASTS_S / 2)
    return open_run(folder.path), taken


def entries(folder: RunFolder, event: CompanionEvent, number: int = 0) -> list[CompanionEntry]:
    found = (entry for entry in JournalReader(folder.journal_path) if isinstance(entry, CompanionEntry))
    return [entry for entry in found if (entry.event, entry.number) == (event, number)]


def said(taken: Taken, key: str) -> list[float]:
    return [news.reading.values[key] for news in taken.news if key in news.reading.values]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, Taken]:
    return in_virtual_time(record(tmp_path_factory.mktemp("both"), BOTH))


def test_heart_rate_and_treadmill_are_recorded_beside_the_pods(both: tuple[RunFolder, Taken]) -> None:
    folder, taken = both
    assert len(entries(folder, CompanionEvent.NOTIFIED)) >= 30
    assert len(entries(folder, CompanionEvent.NOTIFIED, 1)) >= 60
    beats = said(taken, "heart_rate_bpm")
    assert all(later - earlier == 1.0 for earlier, later in itertools.pairwise(beats))
    assert set(said(taken, "inclination_pct")) == {0.0, 2.0}
    assert said(taken, "belt_speed_mps") == pytest.approx([10 / 3.6] * len(said(taken, "belt_speed_mps")))
    assert len(taken.times_s(0)) > 200 * (LASTS_S - 5.0)


def test_a_replay_says_what_was_said_live(both: tuple[RunFolder, Taken]) -> None:
    folder, taken = both
    assert replayed(folder).news == taken.news
    assert open_run(folder.path).manifest.companions == BOTH


def test_a_run_joined_of_recordings_keeps_what_was_said(both: tuple[RunFolder, Taken], tmp_path: Path) -> None:
    folder, taken = both
    joined = merge_recordings([folder], tmp_path)
    assert joined.manifest.companions == BOTH
    assert [news.reading.values for news in replayed(joined).news] == [news.reading.values for news in taken.news]


def test_only_what_was_named_is_connected(tmp_path: Path) -> None:
    folder, taken = in_virtual_time(record(tmp_path, BOTH[1:]))
    assert {news.reading.companion for news in taken.news} == {Companion.TREADMILL}
    assert entries(folder, CompanionEvent.CONNECTED)[0].data == b"TM 7"


def test_a_strap_that_was_out_of_reach_is_listened_to_again(tmp_path: Path) -> None:
    folder, taken = in_virtual_time(record(tmp_path, BOTH[:1], out_s=10.0))
    assert len(entries(folder, CompanionEvent.CONNECTED)) == 2
    assert len(entries(folder, CompanionEvent.DISCONNECTED)) >= 1
    assert max(news.reading.time_s for news in taken.news) > LASTS_S


def silent_after(until_s: float) -> Frames:
    return lambda since_s: beating(since_s) if since_s < until_s else []


def babbling(_since_s: float) -> Sequence[bytes]:
    return [b"\xff" * 20] * 100


TROUBLES: tuple[tuple[Frames, Callable[[RunFolder, Taken], bool]], ...] = (
    (silent_after(10.0), lambda folder, _: entries(folder, CompanionEvent.DISCONNECTED)[0].data.endswith(b"silent")),
    (babbling, lambda folder, taken: not taken.news and len(entries(folder, CompanionEvent.NOTIFIED)) < 10 * LASTS_S),
    (lambda _: [b""], lambda _, taken: not taken.news),
)


@pytest.mark.parametrize(("frames", "told"), TROUBLES, ids=["silent", "babbling", "empty"])
def test_a_sensor_that_misbehaves_costs_no_sample_of_the_pods(
    tmp_path: Path, frames: Frames, told: Callable[[RunFolder, Taken], bool]
) -> None:
    folder, taken = in_virtual_time(record(tmp_path, BOTH[:1], frames))
    assert told(folder, taken)
    assert folder.manifest.ended
    for pod in range(2):
        times_s = taken.times_s(pod)
        assert times_s[0] < 3.0
        assert max(times_s[1:] - times_s[:-1]) < 0.006


def test_a_sensor_that_is_not_there_or_is_another_one_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    absent = CompanionAssignment(Companion.HEART_RATE, "C0:B0:00:00:00:09", RUNNER)
    wrong = CompanionAssignment(Companion.FOOT_POD, STRAP, RUNNER)
    folder, _ = in_virtual_time(record(tmp_path, (absent, wrong)))
    assert folder.manifest.ended
    assert next(entry.data for entry in entries(folder, CompanionEvent.DISCONNECTED)) == b"it is not heard"
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert "No data from the heart-rate sensor C0:B0:00:00:00:09: it is not heard. The run goes on" in told
    assert f"No data from the foot pod {STRAP}: it is no such sensor." in told


def test_a_sensor_may_be_named_by_what_it_advertises(tmp_path: Path) -> None:
    async def named() -> Taken:
        async with Simulation(1) as simulation:
            runner = await simulation.add_runner(RUNNER, standing(LASTS_S))
            beside = [CompanionAssignment(Companion.HEART_RATE, "Polar H10 1234", RUNNER)]
            folder = create_run(tmp_path, worn(runner), software="test", created_utc=CREATED, companions=beside)
            taken = Taken()
            async with (
                companion(simulation, HEART_RATE_STRAP, STRAP, beating, "Polar H10 1234"),
                recording(folder, simulation, taken),
            ):
                await asyncio.sleep(10.0)
            return taken

    assert len(in_virtual_time(named()).news) >= 4
