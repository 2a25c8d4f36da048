"""Take the documentation's pictures of the wall and the report, from simulated runs: `make screenshots`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from surefoot.analysis.model import Foot
from surefoot.dashboards.data_source import AnalysedRun, PodStatus, RunnerState, SquadState
from surefoot.dashboards.report.page import report_html
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.dashboards.wall.replay import runner_at
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.service.views.reporting import recorded
from tests.dashboards.browser import chromium
from tests.dashboards.no_recorded_runs import NoRecordedRuns
from tests.dashboards.runs import RUN, analysed

MINUTES = 20.0
SEEN_S = 1070.0
SQUAD = (("anna", "story", 1), ("ben", "easy", 2), ("runner-3", "tempo", 3), ("runner-4", "trail", 4),
         ("runner-5", "easy", 5), ("runner-6", "walk-run", 6))  # fmt: skip
WIDTH, WALL_HEIGHT, REPORT_HEIGHT = 1280, 740, 640


def run_of(name: str, play: str, seed: int) -> AnalysedRun:
    """One simulated runner's whole run."""
    whole = make_scenario(play, MINUTES, seed)
    run = replace(RUN, pods=tuple(replace(pod, runner=name, name="") for pod in RUN.pods))
    return recorded(analysed(whole.plan, whole.inversion_events, runner=whole.runner), name, run)


class Squad(NoRecordedRuns):
    """A source fixed at one moment: one runner has rolled an ankle, one's battery is low, one is out of reach."""

    def __init__(self, runs: Sequence[AnalysedRun]) -> None:
        self._squad = SquadState("Everybody now", 1, [_now(place, run) for place, run in enumerate(runs)])

    def squad_state(self) -> SquadState:
        """State at that moment."""
        return self._squad


def take(browser: Browser, address: str, file: Path, height: int) -> None:
    """Screenshot of the first screen of a page, at 1.5 device pixels per CSS pixel."""
    page = browser.new_page(viewport={"width": WIDTH, "height": height}, device_scale_factor=1.5, color_scheme="light")
    page.goto(address)
    page.wait_for_selector(".card, .verdict")
    page.wait_for_timeout(1500)  # for what moves once
    page.screenshot(path=file)
    page.close()


def _now(place: int, run: AnalysedRun) -> RunnerState:
    away = place == 3
    now = runner_at(run, SEEN_S - (45.0 if away else 0.0))
    pods = [
        PodStatus(
            foot,
            "out of reach" if away and foot is Foot.LEFT else "connected",
            not (away and foot is Foot.LEFT),
            12.0 if place == 1 and foot is Foot.RIGHT else 88.0 - 3.0 * place,
            -58.0 - place,
            0.1,
        )
        for foot in Foot
    ]
    return replace(now, now_s=SEEN_S, pods=pods)


def main(folder: Path) -> None:
    """Write wall.png and report.png."""
    runs = [run_of(*each) for each in SQUAD]
    folder.mkdir(exist_ok=True)
    with TemporaryDirectory() as temporary, chromium() as browser, WallServer(Squad(runs)) as server:
        file = Path(temporary) / "report.html"
        file.write_text(report_html(runs[0]), encoding="utf-8")
        take(browser, f"http://127.0.0.1:{server.port}", folder / "wall.png", WALL_HEIGHT)
        take(browser, file.as_uri(), folder / "report.png", REPORT_HEIGHT)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
