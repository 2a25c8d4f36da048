"""Content of the live pages as named pieces of HTML, and the messages that carry their changes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from surefoot.analysis.findings import Finding
from surefoot.dashboards.data_source import RunnerState, SquadState
from surefoot.dashboards.formatting import clock
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.wall.attention import attention, sorted_by_attention
from surefoot.dashboards.wall.cards import runner_card
from surefoot.dashboards.wall.runner_sections import runner_sections

NOBODY_RUNNING = element(
    "p", "Nobody is running right now. See the ", element("a", "recorded runs", href="/runs"), ".", class_="nothing"
)


@dataclass(frozen=True, slots=True)
class Alert:
    """A finding as a sentence, for screen readers."""

    finding: str
    rank: int
    sentence: str


@dataclass(frozen=True, slots=True)
class PageContent:
    """Content of a page at one moment.

    Parameters
    ----------
    pieces : id → HTML, in display order.
    ages_s : id → age of the newest value; None if there is none yet.
    clock : time since the start of the run, as text.
    alerts : every finding that is more than a note, in the order in which they happened.
    """

    pieces: Mapping[str, Markup]
    ages_s: Mapping[str, float | None]
    clock: str
    alerts: Sequence[Alert] = ()


def squad_content(squad: SquadState, base: str) -> PageContent:
    """Cards of all runners, most urgent first; `base` is the path of the runners' pages."""
    ranked = sorted_by_attention([(runner, attention(runner)) for runner in squad.runners])
    cards = {
        _piece_id(runner): runner_card(runner, each, f"{base}/runner/{quote(runner.runner)}") for runner, each in ranked
    }
    told = (element("li", each) for each in squad.notices)
    notices = element("ul", *told, class_="notice", role="status", aria_atomic="false")
    return PageContent(
        {**({"notices": notices} if squad.notices else {}), **(cards or {"nobody": NOBODY_RUNNING})},
        {_piece_id(runner): _age_s(runner) for runner, _ in ranked},
        _clock(squad),
        _alerts(squad.runners),
    )


def runner_content(squad: SquadState, wanted: str) -> PageContent:
    """Sections of the page of the runner with an id."""
    runner = squad.runner(wanted)
    if runner is None:
        return PageContent({"head": element("p", "Not running right now.", class_="nothing")}, {}, "")
    pieces = runner_sections(runner, attention(runner))
    return PageContent(pieces, {"head": _age_s(runner)}, clock(runner.now_s - runner.origin_s), _alerts([runner]))


@dataclass(slots=True)
class PageDelta:
    """Remembers what one browser has, so that messages carry only changes."""

    _sent: dict[str, str] = field(default_factory=dict)
    _told: dict[str, int] = field(default_factory=dict)

    def message(self, content: PageContent, **more: object) -> str:
        """JSON message with the pieces that have changed, the findings that are new or graver, and `more`."""
        fresh = {name: html for name, html in content.pieces.items() if self._sent.get(name) != html}
        fields = {
            "pieces": fresh,
            "order": list(content.pieces),
            "ages": {name: None if age_s is None else round(age_s, 1) for name, age_s in content.ages_s.items()},
            "clock": content.clock,
            "alert": " ".join(self._untold(content.alerts)),
        }
        self._sent = dict(content.pieces)
        self._told = {each.finding: each.rank for each in content.alerts}
        return json.dumps({**fields, **more}, ensure_ascii=False)

    def _untold(self, alerts: Sequence[Alert]) -> list[str]:
        """Sentences of findings that are new or graver; of all those before the page was opened, the last."""
        untold = [each.sentence for each in alerts if each.rank > self._told.get(each.finding, 0)]
        return untold if self._sent else untold[-1:]


def _piece_id(runner: RunnerState) -> str:
    return f"runner {runner.runner}"


def _age_s(runner: RunnerState) -> float | None:
    return None if runner.newest_stride_end_s is None else max(runner.now_s - runner.newest_stride_end_s, 0.0)


def _clock(squad: SquadState) -> str:
    lasted_s = max((runner.now_s - runner.origin_s for runner in squad.runners), default=None)
    return "" if lasted_s is None else clock(lasted_s)


def _alerts(runners: Sequence[RunnerState]) -> list[Alert]:
    found = sorted(_findings(runners), key=lambda each: each[1].time_s)
    return [
        Alert(f"{runner.runner} {finding.id}", finding.severity.rank, f"{runner.name}: {finding.message}")
        for runner, finding in found
    ]


def _findings(runners: Sequence[RunnerState]) -> Iterator[tuple[RunnerState, Finding]]:
    for runner in runners:
        for finding in runner.findings:
            if finding.severity.rank > 0:
                yield runner, finding
