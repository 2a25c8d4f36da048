"""A view data source for tests: recorded runs shown as if they were in progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from surefoot.analysis.model import Foot
from surefoot.dashboards.data_source import (
    AnalysedRun,
    ExportForm,
    PodStatus,
    RunListEntry,
    RunnerState,
    SquadState,
    Worn,
)
from surefoot.dashboards.wall.replay import runner_at
from tests.dashboards.runs import RUN, eventful

PODS = tuple(PodStatus(foot, "connected", True, 80.0, -60.0, 0.1) for foot in Foot)


class FakeViewDataSource:
    """A source whose runners are set by the test."""

    def __init__(self, *runners: RunnerState) -> None:
        self._squad = SquadState("Everybody now", 1, runners)

    def set(self, *runners: RunnerState) -> None:
        """Replace all runners."""
        self._squad = SquadState(self._squad.title, self._squad.revision + 1, runners)

    def squad_state(self) -> SquadState:
        """State of the runners that were set last."""
        return self._squad

    def runs(self) -> Sequence[RunListEntry]:
        """One run."""
        return [RunListEntry(RUN.run_id, RUN.created_utc, RUN.names, ended=True)]

    def analysed_runs(self, run: str) -> Mapping[str, AnalysedRun]:
        """The eventful run, under its id only."""
        return {RUN.run_id: {"anna": eventful()}}[run]

    def answer_whether_exchanged(self, run: str, runner: str, worn: Worn) -> None:  # noqa: ARG002
        """Nothing: the eventful run does not ask."""
        self.analysed_runs(run)[runner]

    def export_forms(self) -> Sequence[ExportForm]:
        """Those that need no library."""
        return (ExportForm.FIT, ExportForm.CSV)

    def export(self, run: str, runner: str, form: ExportForm, folder: Path) -> Path:
        """A file with the form's name in it."""
        self.analysed_runs(run)[runner]
        path = folder / f"{run}-{runner}.{form}"
        path.write_text(form)
        return path


def eventful_runner(
    name: str, at_s: float, *, age_s: float = 0.0, heard: bool = True, called: str = "", behind_s: float = 0.0
) -> RunnerState:
    """The eventful run at a session time, its newest stride `age_s` old."""
    now = runner_at(eventful(), at_s)
    pods = [replace(pod, heard=heard, state="connected" if heard else "out of reach") for pod in PODS]
    return replace(now, runner=name, name=called or name, now_s=at_s + age_s, pods=pods, behind_s=behind_s)
