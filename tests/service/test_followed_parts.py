"""A part is followed as it arrives: the wall shows its runner, and what is to be spoken comes in order, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from surefoot.analysis.findings import Kind, latest
from surefoot.dashboards.part_store import PartState
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.sensor_ingest.recording.assembler import Assembler
from surefoot.sensor_ingest.recording.clock_keeping import ClockKeeper
from surefoot.sensor_ingest.recording.entries import ClockEntry, Entry, EventEntry, EventKind, PacketEntry
from surefoot.sensor_ingest.recording.frames import encode_frame
from surefoot.sensor_ingest.recording.journal import MAGIC, JournalReader
from surefoot.service.gateway.keys import GatewayKeys
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.joining import join_parts
from surefoot.service.settings import AlertSettings, Settings
from surefoot.service.views.cues import DRIFT, KILOMETRE, LOST, ROLL, RunnerCues
from surefoot.service.views.followed_parts import FollowedParts
from surefoot.service.views.received_parts import ReceivedParts
from surefoot.service.views.squad_state import JoinedSquads
from tests.dashboards.fake_source import FakeViewDataSource
from tests.phone.gateway_service import heard
from tests.service.gateway_client import Answer, GatewayClient
from tests.service.servers import wait

RUNNER = "runner-1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


def as_recorded(entries: Iterable[Entry]) -> bytes:
    return MAGIC + b"".join(map(encode_frame, entries))


def send(parts: ReceivedParts, run: DemoRun, journal: bytes, pieces: int, read_on: Callable[[], None]) -> Path:
    """Send a run in pieces, read on after each; the folder of the part."""
    manifest = replace(run.run.manifest, ended=False)
    parts.begin("belt", manifest.to_json().encode())
    step = len(journal) // pieces + 1
    for offset in range(0, len(journal), step):
        parts.append("belt", manifest.run_id, offset, journal[offset : offset + step])
        read_on()
    return Path(manifest.run_id)


def followed(settings: Settings, run: DemoRun, journal: bytes, pieces: int) -> FollowedParts:
    found = FollowedParts(settings)
    send(ReceivedParts(settings, found.cues), run, journal, pieces, found.read_on)
    return found


def folder(settings: Settings, run: DemoRun) -> Path:
    return settings.parts_folder / "belt" / run.run.manifest.run_id


def test_the_wall_shows_what_was_known_live(settings: Settings, rolled: DemoRun) -> None:
    found = followed(settings, rolled, rolled.run.journal_path.read_bytes(), 7)
    (runner,) = JoinedSquads(found).squad_state().runners
    known = rolled.finished.analysis.runners[RUNNER].results
    assert runner.runner == RUNNER
    assert runner.stride_count >= 0.95 * sum(len(strides) for strides in known.strides.values())
    assert {each.id for each in runner.findings} == {each.id for each in latest(known.findings)}


def test_a_roll_is_spoken_once_however_the_part_comes(settings: Settings, rolled: DemoRun) -> None:
    journal = rolled.run.journal_path.read_bytes()
    cues = followed(settings, rolled, journal, 15).cues(folder(settings, rolled), 0)
    rolls = [cue for cue in cues if cue.kind == ROLL]
    known = latest(rolled.finished.analysis.runners[RUNNER].results.findings)
    assert len(rolls) == sum(each.kind is Kind.INVERSION_EVENT for each in known) > 0
    assert [cue.number for cue in cues] == list(range(1, len(cues) + 1))
    assert rolls[0].text.startswith(("The left ankle ", "The right ankle "))
    assert rolls[0].text.endswith("rolled over.")
    again = FollowedParts(settings)
    again.read_on()
    assert again.cues(folder(settings, rolled), 0) == cues
    assert again.cues(folder(settings, rolled), len(cues) - 1) == cues[-1:]


def test_a_part_that_nobody_timed_is_timed_as_it_comes(settings: Settings, rolled: DemoRun) -> None:
    entries = [entry for entry in JournalReader(rolled.run.journal_path) if not isinstance(entry, ClockEntry)]
    found = followed(settings, rolled, as_recorded(entries), 5)
    (runner,) = found.squad_state().runners
    live = rolled.finished.analysis.runners[RUNNER].results
    assert runner.stride_count >= 0.95 * sum(len(strides) for strides in live.strides.values())
    assert ROLL in {cue.kind for cue in found.cues(folder(settings, rolled), 0)}


def test_the_clocks_of_a_part_that_was_continued_are_kept_on(rolled: DemoRun) -> None:
    assembler, updates_s = Assembler(), list[float]()
    clocks, is_continued = ClockKeeper(assembler), False
    for entry in JournalReader(rolled.run.journal_path):
        if isinstance(entry, PacketEntry) and entry.arrival_s > 40.0 and not is_continued:
            is_continued = True
            for pod in (0, 1):
                assembler.process(EventEntry(pod, entry.arrival_s, EventKind.CONTINUED))
        if not isinstance(entry, ClockEntry):
            assembler.process(entry)
        if isinstance(entry, PacketEntry):
            for mapping in clocks.after_packet(entry.pod):
                updates_s.append(entry.arrival_s)
                assembler.process(mapping)
    assert np.max(np.diff(sorted(updates_s))) < 5.0
    assert updates_s[-1] > 80.0


def test_a_pod_that_is_lost_is_told_once_and_the_other_goes_on(settings: Settings, rolled: DemoRun) -> None:
    entries = [
        entry
        for entry in JournalReader(rolled.run.journal_path)
        if not (isinstance(entry, PacketEntry) and entry.pod == 1 and entry.arrival_s > 40.0)
        and not (isinstance(entry, EventEntry) and entry.kind is EventKind.SILENT)
    ]
    found = followed(settings, rolled, as_recorded(entries), 9)
    lost = [cue for cue in found.cues(folder(settings, rolled), 0) if cue.kind == LOST]
    assert [cue.text for cue in lost] == [f"The {rolled.run.manifest.pods[1].foot} pod is lost."]
    assert 60.0 < lost[0].time_s < 65.0
    (runner,) = found.squad_state().runners
    last_s = [strides.next_initial_contact_s[-1] for strides in runner.strides.values() if len(strides)]
    assert max(last_s) > 75.0


def test_every_kilometre_and_what_becomes_an_alert_is_spoken(demo: DemoRun) -> None:
    cues, results = RunnerCues(AlertSettings(hold_s=0.0)), demo.finished.analysis.runners[RUNNER].results
    told = [cue for _ in range(12) for cue in cues.take(results, results.windows[-1].end_s)]
    kilometres = [cue.text for cue in told if cue.kind == KILOMETRE]
    assert kilometres == [f"Kilometre {number}." for number in range(1, len(kilometres) + 1)]
    assert len(kilometres) >= 2
    drifts = [cue for cue in told if cue.kind == DRIFT]
    assert all(cue.text.endswith(".") and ". " not in cue.text for cue in drifts)


def test_a_part_that_ended_is_not_followed_any_more(settings: Settings, rolled: DemoRun) -> None:
    found = FollowedParts(settings)
    parts = ReceivedParts(settings, found.cues)
    run = rolled.run.manifest.run_id
    send(parts, rolled, rolled.run.journal_path.read_bytes()[:30_000], 1, found.read_on)
    assert len(found.squad_state().runners) == 1
    parts.end("belt", run)
    found.read_on()
    assert len(found.squad_state().runners) == 0
    assert parts.cues("belt", run, 0) == ()


def test_a_part_that_ended_becomes_a_run_and_its_gateway_is_told_so(settings: Settings, rolled: DemoRun) -> None:
    parts, journal = ReceivedParts(settings), rolled.run.journal_path.read_bytes()
    send(parts, rolled, journal, 3, lambda: None)
    run = rolled.run.manifest.run_id
    parts.end("belt", run)
    (joined,) = join_parts(settings)
    assert joined.run.path == settings.runs_folder / run
    assert heard(joined.run) == heard(rolled.run)
    assert not folder(settings, rolled).exists()
    manifest = rolled.run.manifest.to_json().encode()
    for state in (parts.begin("belt", manifest), parts.end("belt", run), parts.append("belt", run, 0, journal)):
        assert state == PartState(run, len(journal), ended=True)
    assert join_parts(settings) == []


def test_cues_come_over_http_to_the_gateway_that_sends_the_part(settings: Settings, rolled: DemoRun) -> None:
    with FollowedParts(settings) as found:
        parts = ReceivedParts(settings, found.cues)
        send(parts, rolled, rolled.run.journal_path.read_bytes(), 1, lambda: None)
        run = rolled.run.manifest.run_id
        wait(lambda: parts.cues("belt", run, 0))
        with WallServer(FakeViewDataSource(), parts=parts) as wall:
            keys = GatewayKeys(settings.data)
            client = GatewayClient(wall.port, keys.add("belt"))
            cues = client.ask("GET", f"/gateway/runs/{run}/cues?after=0").fields["cues"]
            assert cues[0].keys() == {"number", "time_s", "kind", "text"}
            assert client.ask("GET", f"/gateway/runs/{run}/cues?after={len(cues)}") == Answer(200, {"cues": []})
            assert client.ask("GET", f"/gateway/runs/{run}/cues").status == 422
            other = GatewayClient(wall.port, keys.add("track"))
            assert other.ask("GET", f"/gateway/runs/{run}/cues?after=0").status == 404
