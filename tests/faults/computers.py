"""What befalls the computer and its screen while the real `surefoot live` records on it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from surefoot.sensor_ingest.protocol import Packet, ProtocolError
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from tests.faults.outcome import Outcome
from tests.service.computer_date import ComputerDate
from tests.service.real_command import RealCommand
from tests.service.servers import wait

TARGET_S = 30.0
ENOUGH = 100
"""Packets to look at: some ten seconds of two pods."""
LIVE = ("live", "--simulated", "1", "--minutes", "4")
DAY_S = 86_400.0


def _packets(run: RunFolder) -> dict[tuple[int, int], list[int]]:
    """Sequence numbers that are recorded, by pod and boot."""
    found: dict[tuple[int, int], list[int]] = {}
    for entry in JournalReader(run.journal_path):
        if isinstance(entry, PacketEntry):
            try:
                packet = Packet.from_bytes(entry.data)
            except ProtocolError:
                continue
            found.setdefault((entry.pod, packet.boot), []).append(packet.sequence)
    return found


def _recorded(data: Path, without: str = "") -> int:
    """Packets in all other runs."""
    runs = list_runs(data / "runs") if (data / "runs").exists() else ()
    return sum(len(each) for run in runs if run.manifest.run_id != without for each in _packets(run).values())


def _outcome(data: Path, recovered_s: float, ended_well: bool) -> Outcome:
    """Packets between the first and the last of each pod; `surefoot live` has ended."""
    counted = lost = doubled = 0
    for run in list_runs(data / "runs"):
        for numbers in _packets(run).values():
            wanted = max(numbers) - min(numbers) + 1
            counted += wanted
            lost += wanted - len(set(numbers))
            doubled += len(numbers) - len(set(numbers))
    lost_runs = int(not ended_well)
    return Outcome(
        {"packets": counted}, {"packets": lost, "runs": lost_runs}, {"packets": doubled}, recovered_s, TARGET_S
    )


@contextmanager
def full_disk() -> Iterator[int]:
    """An output on a disk that is full."""
    file = os.open("/dev/full", os.O_WRONLY)
    yield file
    os.close(file)


@contextmanager
def closed_pipe() -> Iterator[int]:
    """An output whose reader has left, as behind `| head`."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def unread(output: Callable[[], AbstractContextManager[int]], folder: Path) -> Outcome:
    """Nobody takes what is said; the run is recorded."""
    with output() as taken, RealCommand(folder, *LIVE, output=taken) as service:
        service.expect("What is said here cannot be written")
        began_s = time.monotonic()
        wait(lambda: _recorded(folder) > 0)
        recovered_s = time.monotonic() - began_s
        wait(lambda: _recorded(folder) > ENOUGH)
    return _outcome(folder, recovered_s, service.finish() == 0)


def folder_deleted(folder: Path) -> Outcome:
    """The run's folder vanishes while it is recorded: a new run begins; what was deleted is gone."""
    with RealCommand(folder, *LIVE) as service:
        wait(lambda: _recorded(folder) > ENOUGH // 4)
        (run,) = list_runs(folder / "runs")
        shutil.rmtree(run.path)
        began_s = time.monotonic()
        wait(lambda: _recorded(folder, run.manifest.run_id) > 0)
        recovered_s = time.monotonic() - began_s
        wait(lambda: _recorded(folder, run.manifest.run_id) > ENOUGH)
    return _outcome(folder, recovered_s, service.finish() == 0)


def clock_leaps(folder: Path) -> Outcome:
    """The date is a day on, and then a day back."""
    date = ComputerDate(folder / "date")
    data = folder / "data"
    with RealCommand(data, *LIVE, date=date) as service:
        for wrong_by_s in (DAY_S, -DAY_S):
            before = _recorded(data) if (data / "runs").exists() else 0
            wait(lambda: _recorded(data) > before + ENOUGH // 4)  # noqa: B023
            date.set(wrong_by_s)
        began_s, before = time.monotonic(), _recorded(data)
        wait(lambda: _recorded(data) > before)
        recovered_s = time.monotonic() - began_s
        wait(lambda: _recorded(data) > before + ENOUGH // 4)
    return _outcome(data, recovered_s, service.finish() == 0 and len(list_runs(data / "runs")) == 1)


FAULTS: dict[str, Callable[[Path], Outcome]] = {
    "output on a full disk": lambda folder: unread(full_disk, folder),
    "output into a pipe that nobody reads": lambda folder: unread(closed_pipe, folder),
    "folder of the run deleted under way": folder_deleted,
    "date leaps a day on, then two back": clock_leaps,
}
