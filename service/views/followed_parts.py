"""Follows the parts that arrive: analysed as they grow, for the wall and for what is spoken."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Self

from surefoot.analysis.session import Results
from surefoot.dashboards.data_source import RunnerState, SquadState
from surefoot.dashboards.part_store import Cue
from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.recording.assembler import Assembler, Batch, SilentPod
from surefoot.sensor_ingest.recording.clock_keeping import ClockKeeper
from surefoot.sensor_ingest.recording.entries import ClockEntry, Entry, PacketEntry, PodEntry, entry_time_s
from surefoot.sensor_ingest.recording.journal import MAGIC
from surefoot.sensor_ingest.recording.pod_health import PodHealthTracker
from surefoot.sensor_ingest.recording.replay import worn_as
from surefoot.sensor_ingest.recording.run_folder import RunFolder, open_run
from surefoot.sensor_ingest.recording.silence_watchdog import SilenceWatchdog
from surefoot.sensor_ingest.recording.whole_frames import whole_frames
from surefoot.service.pipeline.analysis import CHUNK_S
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.run_loop import RETAIN_S
from surefoot.service.runtime.usual import with_usual
from surefoot.service.runtime.waiting_parts import QUIET_AFTER_S
from surefoot.service.settings import Settings
from surefoot.service.views.cues import RunnerCues
from surefoot.service.views.runner_state import runner_now
from surefoot.service.views.squad_state import TITLE

log = logging.getLogger(__name__)

PERIOD_S, END_TIMEOUT_S = 1.0, 5.0
MAX_FOLLOWED = 8
"""At once; the parts that grew last."""
CHECK_PODS_S = 1.0
BACKLOG_BYTES = 50_000
"""What is farther from the end of the file, ten seconds of two pods, is analysed in large pieces, to catch up."""


class FollowedPart:
    """One part, from its beginning to where it has come; the same cues in the same order however it grows."""

    def __init__(self, part: RunFolder, settings: Settings) -> None:
        self.manifest = part.manifest
        self.cues: list[Cue] = []
        self._path = part.journal_path
        self._at = len(MAGIC)
        self._cues = {runner: RunnerCues(settings.alerts_for(runner)) for runner in part.manifest.runners}
        self._analysis = RunAnalysis.for_run(with_usual(part.manifest, settings), sink=self._take, retain_s=RETAIN_S)
        self._assembler = Assembler()
        self._clocks = ClockKeeper(self._assembler)
        self._health = PodHealthTracker(part.manifest.pods)
        self._silence = SilenceWatchdog(part.manifest.pods)
        self._is_timed = False
        self._newest_s = self._checked_s = 0.0
        self._read_s = time.monotonic()

    def read_on(self) -> None:
        """Analyse what has come; OSError or RunError if it cannot be read."""
        with self._path.open("rb") as journal:
            size = journal.seek(0, os.SEEK_END)
            for entry, end in whole_frames(journal, self._at):
                self._at, self._read_s = end, time.monotonic()
                self._analysis.chunk_s = CHUNK_S if size - end > BACKLOG_BYTES else 0.0
                for worn in worn_as([entry], self.manifest.pods):
                    self._process(worn)

    def runners_now(self) -> list[RunnerState]:
        """Everybody as of the newest entry."""
        now_s = self._newest_s + time.monotonic() - self._read_s
        health = self._health.snapshot(self._assembler.pods)
        return [runner_now(runner, self._analysis, health, now_s) for runner in self._analysis.runners]

    def _process(self, entry: Entry) -> None:
        self._is_timed = self._is_timed or isinstance(entry, ClockEntry)
        if isinstance(entry, PodEntry) and not self._is_timed:
            self._assemble(self._clocks.before_end(entry.pod))
        self._health.observe(entry, self._assembler.pods)
        self._assemble([entry])
        if isinstance(entry, PacketEntry) and not self._is_timed:
            self._assemble(self._clocks.after_packet(entry.pod))
        self._newest_s = max(self._newest_s, entry_time_s(entry) or 0.0)
        if self._newest_s >= self._checked_s + CHECK_PODS_S:
            self._check_pods()

    def _assemble(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            for given in self._assembler.process(entry):
                if isinstance(given, Batch):
                    self._silence.on_samples(given.pod, self._newest_s, given.watermark_s)
                self._analysis.push(given)

    def _check_pods(self) -> None:
        """Wait no longer for pods that are silent, and tell of those that are lost."""
        self._checked_s = self._newest_s
        for number, watermark_s in self._silence.silent_pods(self._newest_s):
            self._analysis.push(SilentPod(number, watermark_s))
        health = self._health.snapshot(self._assembler.pods)
        for runner, cues in self._cues.items():
            self._tell(cues.watch([pod for pod in health if pod.runner == runner], self._newest_s))

    def _take(self, runner: str, new: Results, watermark_s: float) -> None:
        self._tell(self._cues[runner].take(new, watermark_s))

    def _tell(self, cues: Sequence[Cue]) -> None:
        for cue in cues:
            self.cues.append(replace(cue, number=len(self.cues) + 1))


class FollowedParts:
    """The parts that grow, followed in a thread of their own while this is entered; see `SquadStateSource`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._parts: dict[Path, FollowedPart] = {}
        self._failed: set[Path] = set()
        self._squad = SquadState(TITLE, 0, ())
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="followed parts", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(END_TIMEOUT_S)

    def squad_state(self) -> SquadState:
        """Everybody whose parts are followed."""
        return self._squad

    def cues(self, path: Path, after: int) -> Sequence[Cue]:
        """Cues of the part in a folder, behind the one of that number; none of one that is not followed."""
        part = self._parts.get(path)
        return () if part is None else tuple(part.cues[after:])

    def _follow(self) -> None:
        while not self._ending.is_set():
            self.read_on()
            self._ending.wait(PERIOD_S)

    def read_on(self) -> None:
        """Follow each part to its present end."""
        growing = self._growing()
        for path in [path for path in self._parts if path not in growing]:
            del self._parts[path]
        for path in growing:
            try:
                self._part(path).read_on()
            except (OSError, IngestError) as error:
                self._leave(path, str(error))
            except Exception:  # whatever is in one part, the others are followed, and it is joined in any case
                log.exception("%s: cannot be analysed", path)
                self._leave(path, "cannot be analysed")
        runners = [state for part in self._parts.values() for state in part.runners_now()]
        self._squad = SquadState(TITLE, self._squad.revision + 1, runners)

    def _growing(self) -> list[Path]:
        """Parts that have not ended and grew lately, the newest last; others are from their beginning if they go on."""
        grown_s = {}
        for journal in self._settings.parts_folder.glob("*/*/journal.bin"):
            with suppress(OSError, IngestError):
                if journal.parent not in self._failed and not open_run(journal.parent).manifest.ended:
                    grown_s[journal.parent] = journal.stat().st_mtime
        recent = [path for path, at_s in grown_s.items() if time.time() - at_s < QUIET_AFTER_S]
        return sorted(recent, key=lambda path: grown_s[path])[-MAX_FOLLOWED:]

    def _part(self, path: Path) -> FollowedPart:
        """A part as it is followed, from its beginning where it is new or was begun otherwise."""
        folder = open_run(path)
        known = self._parts.get(path)
        if known is None or known.manifest.pods != folder.manifest.pods:
            known = self._parts[path] = FollowedPart(folder, self._settings)
        return known

    def _leave(self, path: Path, reason: str) -> None:
        log.warning("%s is not followed: %s", path, reason)
        self._failed.add(path)
        self._parts.pop(path, None)
