"""What a browser is told of a scene: named pieces of a page, their order, and the age of what they show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from surefoot.dashboards.data_source import RunnerNow, Scene
from surefoot.dashboards.formatting import clock
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.wall import runner as runner_view
from surefoot.dashboards.wall.attention import attention, by_attention
from surefoot.dashboards.wall.cards import card

NOBODY = element(
    "p", "Nobody runs at the moment. See the ", element("a", "recorded runs", href="/runs"), ".", class_="nothing"
)


@dataclass(frozen=True, slots=True)
class View:
    """A page's content at one moment.

    Parameters
    ----------
    pieces : id → content, in the order in which they stand.
    ages_s : id → age of the newest value in it; None where there is none yet.
    clock : time of the run for people.
    alert : the newest finding in a sentence, for whoever cannot see the page.
    """

    pieces: Mapping[str, Markup]
    ages_s: Mapping[str, float | None]
    clock: str
    alert: str


def squad(scene: Scene, base: str) -> View:
    """Everybody, those who need a look first; `base` is where the runners' pages are."""
    ranked = by_attention([(runner, attention(runner)) for runner in scene.runners])
    return View(
        {_piece(runner.name): card(runner, each, f"{base}/runner/{quote(runner.name)}") for runner, each in ranked}
        or {"nobody": NOBODY},
        {_piece(runner.name): _age_s(runner) for runner, _ in ranked},
        _clock(scene),
        _alert(scene),
    )


def single(scene: Scene, name: str) -> View:
    """One runner at length."""
    runner = next((each for each in scene.runners if each.name == name), None)
    if runner is None:
        return View({"head": element("p", f"{name} does not run at the moment.", class_="nothing")}, {}, "", "")
    pieces = runner_view.parts(runner, attention(runner))
    return View(pieces, {"head": _age_s(runner)}, clock(runner.now_s - runner.origin_s), _alert(scene, name))


@dataclass(slots=True)
class Difference:
    """What one browser has had, so that it is told only what has changed."""

    _had: dict[str, str] = field(default_factory=dict)
    _alert: str = ""

    def of(self, view: View, **more: object) -> str:
        """A message as JSON."""
        fresh = {name: content for name, content in view.pieces.items() if self._had.get(name) != content}
        self._had = dict(view.pieces)
        alert, self._alert = view.alert if view.alert != self._alert else "", view.alert
        ages_s = {name: None if age_s is None else round(age_s, 1) for name, age_s in view.ages_s.items()}
        message = {"pieces": fresh, "order": list(view.pieces), "ages": ages_s, "clock": view.clock, "alert": alert}
        return json.dumps({**message, **more}, ensure_ascii=False)


def _piece(name: str) -> str:
    return f"runner {name}"


def _age_s(runner: RunnerNow) -> float | None:
    return None if runner.newest_s is None else max(runner.now_s - runner.newest_s, 0.0)


def _clock(scene: Scene) -> str:
    lasted_s = max((runner.now_s - runner.origin_s for runner in scene.runners), default=None)
    return "" if lasted_s is None else clock(lasted_s)


def _alert(scene: Scene, name: str | None = None) -> str:
    newest = max(_told(scene, name), key=lambda each: each[0], default=None)
    return "" if newest is None else newest[1]


def _told(scene: Scene, name: str | None) -> Iterator[tuple[float, str]]:
    for runner in scene.runners:
        for finding in runner.findings if name in (None, runner.name) else ():
            if finding.severity.rank > 0:
                yield finding.known_s, f"{runner.name}: {finding.message}"
