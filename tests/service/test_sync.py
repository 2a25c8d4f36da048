"""The real `sync`, of simulated pods that kept a run: each sample once, whatever is interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.kept_run import KeptRun, keep_run
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.sensor_ingest.recording.kept_feet import keep_feet
from surefoot.sensor_ingest.recording.run_folder import list_runs
from surefoot.service.runtime.simulated_sync import CLOCKS
from surefoot.service.runtime.syncing import SyncedRunner, bring_in, shelf_of
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from tests.sensor_ingest.kept_flash import fetched
from tests.sensor_ingest.pieces import entries_of, identities
from tests.sensor_ingest.shelved import shelve
from tests.service.command import surefoot
from tests.service.real_command import RealCommand
from tests.service.servers import wait

MINUTES = 2


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SUREFOOT_DATA", str(tmp_path / "data"))
    return Settings(data=tmp_path / "data")


def synced_run(settings: Settings) -> set[tuple[int, int, int]]:
    """The packets of the one run, each of them there once; the run is in the store, and has its report."""
    (run,) = list_runs(settings.runs_folder)
    packets = identities(entries_of(run))
    assert len(packets) == len(set(packets))
    assert (run.path / "report.html").exists()
    with StoreReader(settings.store_path) as reader:
        (stored,) = reader.runs()
        assert stored.summary is not None
        assert len(reader.results(stored.run, stored.runner).strides[Foot.LEFT]) > 80 * (MINUTES - 1)
    return set(packets)


def test_a_run_that_pods_kept_is_taken_over_analysed_and_told(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    result = surefoot(capsys, "sync", "--simulated", "--minutes", str(MINUTES))
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[:2] == ["SIM010001: all taken over.", "SIM010002: all taken over."]
    assert lines[2].startswith(f"runner-1: {MINUTES} min synced, ")
    assert "heard" in lines[3]
    packets = synced_run(settings)
    kept = keep_run(make_scenario("story", MINUTES, 1), 1, 0.0, clocks=CLOCKS)
    for number, pod in enumerate(kept.pods.values()):
        assert len([each for each in packets if each[0] == number]) == len(pod.packets)
    again = surefoot(capsys, "sync", "--simulated")
    assert again.out == "SIM010001: nothing new.\nSIM010002: nothing new.\n"
    assert synced_run(settings) == packets


def test_a_sync_that_is_killed_goes_on_where_it_was(settings: Settings) -> None:
    shelf = settings.data / "shelf" / "SIM010001.bin"
    with RealCommand(settings.data, "sync", "--simulated", "--minutes", str(MINUTES)) as command:
        wait(lambda: shelf.exists() and shelf.stat().st_size > 40_000)
        command.kill()
    held = shelf.stat().st_size
    with RealCommand(settings.data, "sync", "--simulated") as command:
        assert command.finish() == 0
    assert held > 40_000
    found = synced_run(settings)
    kept = keep_run(make_scenario("story", MINUTES, 1), 1, 0.0, clocks=CLOCKS)
    assert len(found) == sum(len(pod.packets) for pod in kept.pods.values())


def test_pods_are_of_whom_they_are_said_to_be(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("sync", "--simulated", "--minutes", "1", "--left", "0002", "--right", "0001", "--runner", "anna")
    assert surefoot(capsys, *arguments).code == 0
    (run,) = list_runs(settings.runs_folder)
    assert {(pod.serial, pod.foot, pod.runner) for pod in run.manifest.pods} == {
        ("SIM010001", Foot.RIGHT, "anna"),
        ("SIM010002", Foot.LEFT, "anna"),
    }


def test_a_crash_between_folder_and_store_is_made_good_by_the_next_sync(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelve_flash(settings, keep_run(make_scenario("easy", 1.0, 1), 1, 1.78e9))

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("surefoot.service.runtime.syncing.rebuild", crash)
    with pytest.raises(KeyboardInterrupt):
        bring_in(settings)
    monkeypatch.undo()
    assert len(bring_in(settings).runners) == 1
    assert bring_in(settings).runners == ()


def test_feet_that_were_confirmed_need_not_be_confirmed_again(settings: Settings) -> None:
    keep_feet(settings.runs_folder, "runner-1", {"SIM010001": Foot.RIGHT, "SIM010002": Foot.LEFT})
    shelve_flash(settings, keep_run(make_scenario("easy", 1.0, 1), 1, 1.78e9))
    (synced,) = bring_in(settings).runners
    assert {pod.serial: pod.foot for pod in synced.run.manifest.pods} == {
        "SIM010001": Foot.RIGHT,
        "SIM010002": Foot.LEFT,
    }
    assert synced.run.manifest.sides_confirmed == ("runner-1",)


def test_a_pod_of_which_nobody_knows_the_foot_waits_on_the_shelf_until_it_is_said(settings: Settings) -> None:
    kept = keep_run(make_scenario("easy", 1.0, 1), 1, 1.8e9, unset_feet=True)
    shelve_flash(settings, kept)
    synced = bring_in(settings)
    assert (synced.runners, synced.footless) == ((), ("SIM010001", "SIM010002"))
    assert bring_in(settings, ask={"SIM010001": Foot.LEFT, "SIM010002": Foot.RIGHT}.get).runners != ()
    assert bring_in(settings).runners == ()


def test_a_strangers_pod_on_the_shelf_holds_nobody_up(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shelve_flash(settings, keep_run(make_scenario("easy", 1.0, 2), 2, 1.78e9, unset_feet=True))
    monkeypatch.setattr("sys.stdin", None)
    own = ("--left", "SIM010001", "--right", "SIM010002", "--runner", "anna")
    result = surefoot(capsys, "sync", "--simulated", "--minutes", "1", *own)
    assert result.code != 0
    assert "anna: 1 min synced" in result.out
    assert "Say it with --left or --right 0001" in result.err


@pytest.mark.parametrize("together", [True, False])
def test_a_runner_with_new_pods_gets_the_runs_of_both_pairs(settings: Settings, together: bool) -> None:
    synced: list[SyncedRunner] = []
    for seed in (1, 2):
        shelve_flash(settings, keep_run(make_scenario("easy", 1.0, seed), seed, 1.78e9 + 86_400.0 * seed))
        synced += [] if together and seed == 1 else bring_in(settings).runners
    worn = [{pod.serial: pod.foot for pod in each.run.manifest.pods} for each in synced]
    assert worn == [{f"SIM0{seed}0001": Foot.LEFT, f"SIM0{seed}0002": Foot.RIGHT} for seed in (1, 2)]


def test_what_pods_kept_before_they_were_reset_becomes_a_run_too(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = keep_run(make_scenario("easy", MINUTES, 1), 1, 1.78e9)
    shelve_flash(settings, before)
    result = surefoot(capsys, "sync", "--simulated", "--minutes", "1")  # the same pods, with fewer records
    assert result.code == 0, result.err
    assert "runner-1: 2 min synced" in result.out
    assert "runner-1: 1 min synced" in result.out
    first, _ = sorted(list_runs(settings.runs_folder), key=lambda run: run.manifest.created_utc)
    packets = identities(entries_of(first))
    assert len(packets) == len(set(packets)) == sum(len(pod.packets) for pod in before.pods.values())
    assert bring_in(settings).runners == ()


def shelve_flash(settings: Settings, kept: KeptRun) -> None:
    """What the pods' flash holds, on the shelf."""
    for pod in kept.pods.values():
        shelve(shelf_of(settings).folder, pod.settings.serial, fetched(pod))
