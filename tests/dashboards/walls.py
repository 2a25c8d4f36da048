"""Walls for tests: recorded runs shown as if they went on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from surefoot.analysis.model import Foot
from surefoot.dashboards.data_source import PastRun, Pod, Recorded, RunnerNow, Scene
from surefoot.dashboards.wall.replay import runner_at
from tests.dashboards.runs import RUN, eventful

PODS = tuple(Pod(foot, "connected", True, 80.0, -60.0, 0.1) for foot in Foot)


class Shown:
    """A source whose scene is set by the test."""

    def __init__(self, *runners: RunnerNow) -> None:
        self._scene = Scene("Everybody now", 1, runners)

    def set(self, *runners: RunnerNow) -> None:
        """Everybody now."""
        self._scene = Scene(self._scene.title, self._scene.number + 1, runners)

    def scene(self) -> Scene:
        """As set."""
        return self._scene

    def runs(self) -> Sequence[PastRun]:
        """One."""
        return [PastRun(RUN.run_id, RUN.created_utc, RUN.runners, ended=True)]

    def recorded(self, run: str) -> Mapping[str, Recorded]:
        """That one."""
        return {RUN.run_id: {"anna": eventful()}}[run]


def running(name: str, at_s: float, *, age_s: float = 0.0, heard: bool = True) -> RunnerNow:
    """The eventful run at a moment, by whatever name; its newest stride may be old."""
    now = runner_at(eventful(), at_s)
    pods = [replace(pod, heard=heard, state="connected" if heard else "out of reach") for pod in PODS]
    return replace(now, name=name, now_s=at_s + age_s, pods=pods)
