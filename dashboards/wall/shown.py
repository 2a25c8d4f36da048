"""What one viewer may see of the wall's data. Every page takes its data from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from surefoot.dashboards.data_source import (
    AnalysedRun,
    ExportForm,
    RunListEntry,
    RunnerState,
    SquadState,
    ViewDataSource,
    Worn,
)
from surefoot.dashboards.viewers import Role, Scope, Viewer


@dataclass(frozen=True, slots=True)
class ShownSource:
    """The wall's data as a viewer may see them; what they may not see is as if it were not there."""

    source: ViewDataSource
    viewer: Viewer

    def squad_state(self) -> SquadState:
        """State of the runners that are shown; findings and plans only of those that let them be seen."""
        squad = self.source.squad_state()
        squad = replace(squad, runners=[self._without_plan(each) for each in squad.runners if self._is_there(each)])
        if self.viewer.role is Role.OWNER:
            return squad
        shown = [each for each in squad.runners if self._shows(each.runner)]
        runners = [each if self._shows_findings(each.runner) else replace(each, findings=()) for each in shown]
        return replace(squad, runners=runners, notices=())

    def runs(self) -> Sequence[RunListEntry]:
        """Recorded runs with the runners that are shown, newest first."""
        named = (
            replace(run, names={runner: name for runner, name in run.names.items() if self._shows(runner)})
            for run in self.source.runs()
        )
        return [run for run in named if run.names]

    def name_of(self, runner: str) -> str:
        """What a runner is called now, or was in their last run; the id where nothing of them is shown."""
        now = self.squad_state().runner(runner)
        if now is not None:
            return now.name
        return next((run.names[runner] for run in self.runs() if runner in run.names), runner)

    def analysed_runs(self, run: str) -> Mapping[str, AnalysedRun]:
        """Analyses of the runners that are shown; KeyError where there are none."""
        found = {
            runner: self._shown(each) for runner, each in self.source.analysed_runs(run).items() if self._shows(runner)
        }
        if not found:
            raise KeyError(run)
        return found

    def answer_whether_exchanged(self, run: str, runner: str, worn: Worn) -> None:
        """Correct a run; KeyError unless the viewer speaks for the runner, or keeps the service."""
        if not (self.viewer.may_tell(runner) or self.viewer.role is Role.OWNER):
            raise KeyError(runner)
        self.source.answer_whether_exchanged(run, runner, worn)

    def export_forms(self) -> Sequence[ExportForm]:
        """Forms in which recorded runs can be exported here."""
        return self.source.export_forms()

    def export(self, run: str, runner: str, form: ExportForm, folder: Path) -> Path:
        """Write a recorded run, places and all; KeyError unless the viewer speaks for the runner."""
        if not self.viewer.may_tell(runner):
            raise KeyError(runner)
        return self.source.export(run, runner, form, folder)

    def _is_there(self, runner: RunnerState) -> bool:
        """Of whom nothing but a timed session is known, nobody is told to whom that is not shown."""
        return not runner.has_timer_alone or self._shows_plan(runner.runner)

    def _without_plan(self, runner: RunnerState) -> RunnerState:
        """A session that a phone times is of a plan."""
        return runner if runner.timed is None or self._shows_plan(runner.runner) else replace(runner, timed=None)

    def _shows(self, runner: str) -> bool:
        return self.viewer.may_see(runner, Scope.RUNS)

    def _shows_plan(self, runner: str) -> bool:
        return self.viewer.may_see(runner, Scope.PAIN_AND_PLAN)

    def _shows_findings(self, runner: str) -> bool:
        return self._shows(runner) and self.viewer.may_see(runner, Scope.FINDINGS)

    def _shown(self, run: AnalysedRun) -> AnalysedRun:
        """Where somebody runs is theirs alone; what else there is depends on what they share."""
        if not self.viewer.may_tell(run.runner) and run.track is not None:
            run = replace(run, track=run.track.without_places())
        if self._shows_findings(run.runner):
            return run
        return replace(run, results=replace(run.results, findings=()))
