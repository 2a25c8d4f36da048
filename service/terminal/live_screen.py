"""Live view of a run on the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.live import Live
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from surefoot.analysis.findings import latest
from surefoot.analysis.foot_pod_run import FOOT_POD_ALONE
from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS
from surefoot.analysis.model import Foot
from surefoot.dashboards.data_source import LOW_BATTERY_PCT
from surefoot.dashboards.formatting import UNKNOWN, asymmetry_text, clock, in_unit, signed
from surefoot.dashboards.live_snapshot import COMPARED_METRIC, LiveSnapshot, companions_line
from surefoot.dashboards.vocabulary import finding_title
from surefoot.sensor_ingest.recording.pod_health import PodHealth
from surefoot.service.pipeline.runner_analysis import RunAnalysis, RunnerAnalysis
from surefoot.service.terminal import asymmetry_trend as course_view
from surefoot.service.terminal.findings import STYLES, findings_block
from surefoot.service.views.runner_state import link_state, runner_now

REFRESH_PERIOD_S = 0.25
SHOWN = ("ground_contact_time_s", "flight_time_s")
WIDTH = 80
RUNNER_LINES = 16
"""Height of the view of one runner without its trend; on lower terminals trend and pods are left out."""
MAX_TREND_ROWS, MAX_FINDINGS = 20, 3
TABLE_LINES = 7
"""Height of the view of several runners without their rows and findings."""
POD_WIDTH = 18
POD_COLUMNS = ("battery", "signal", "lost", "resent", "reconnects")
HEADING, DIM, WARNING = "bold cyan", "dim", "yellow"
LINKS = {"connected": "green", "refused": "red"}


@dataclass(frozen=True, slots=True)
class Title:
    """Heading: what runs, how to end it and, where that is known, how long it lasts."""

    name: str
    note: str
    ends: str
    duration_s: float | None = None


class LiveScreen:
    """A `run_loop.Observer` that redraws the view in place; open while the context is.

    Parameters
    ----------
    speed : of the event loop's clock, as a multiple of real time.
    """

    def __init__(self, console: Console, title: Title, speed: float = 1.0) -> None:
        self.every_s = REFRESH_PERIOD_S * speed
        self._console = console
        self._title = title
        self._live = Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop")

    def __enter__(self) -> LiveScreen:
        self._live.start()
        self._show(Group(*_top(self._title, 0.0, self._width), Text("Getting ready", style=DIM)))
        return self

    def __exit__(self, *_: object) -> None:
        self._show(Text())  # otherwise what was cropped would stay on the screen
        self._live.stop()

    def update(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        """Show the run as it is now."""
        self._show(render(self._title, now_s, analysis, health, width=self._width, height=self._console.height))

    @property
    def _width(self) -> int:
        return min(self._console.width, WIDTH)

    def _show(self, shown: RenderableType) -> None:
        self._live.update(shown, refresh=True)


def render(
    title: Title, now_s: float, analysis: RunAnalysis, health: Sequence[PodHealth], *, width: int, height: int
) -> RenderableType:
    """The view: one runner in detail, several as a table with a row each."""
    runners = list(analysis.runners)
    trouble = next((pod.bluetooth_problem for pod in health if pod.bluetooth_problem), "")
    warnings = [Text(f"{trouble}.", style=WARNING), Text()] if trouble else []
    ends = Text(title.ends, style=DIM)
    room = height - len(warnings) - _height([ends], width) + 1
    if len(runners) == 1:
        body = _one_runner(runners[0], analysis, health, now_s, room, width)
    else:
        findings = _latest_findings(analysis, room - len(runners) - TABLE_LINES)
        body = [_runner_table(analysis, health, now_s), *([Text(), *findings] if findings else [])]
    return Constrain(Group(*_top(title, now_s, width), *warnings, *body, Text(), ends), width)


def _top(title: Title, now_s: float, width: int) -> list[RenderableType]:
    return [_head(title, now_s, width), Rule(style=DIM)]


def _head(title: Title, now_s: float, width: int) -> Table:
    row = Table.grid(expand=True, padding=(0, 2, 0, 0), pad_edge=False)
    row.width = width
    row.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    row.add_column(justify="right", no_wrap=True)
    of = "" if title.duration_s is None else f" of {clock(title.duration_s)}"
    row.add_row(Text.assemble((title.name, "bold"), (f"  {title.note}", DIM)), Text(f"{clock(now_s)}{of}"))
    return row


# One runner


def _one_runner(
    wanted: str, analysis: RunAnalysis, health: Sequence[PodHealth], now_s: float, height: int, width: int
) -> list[RenderableType]:
    runner = analysis.runners[wanted]
    state = runner_now(wanted, analysis, health, now_s)
    snapshot, beside = LiveSnapshot.current(state), companions_line(state)
    if not runner.feet:
        told = [_gait_line(snapshot), Text(), Text(beside), Text(), Text(FOOT_POD_ALONE, style=DIM)]
        return list[RenderableType](told)
    blind = [Text(f"{text[0].upper()}{text[1:]}", style=WARNING) for text in snapshot.not_watched]
    parts: list[RenderableType] = [_gait_line(snapshot), Text(), _feet(snapshot), *blind]
    parts += [Text(f"{beside[0].upper()}{beside[1:]}")] if beside else []
    height -= _height(blind, width) + bool(beside)
    if height < RUNNER_LINES:
        return parts
    findings = _fitting_findings(runner, width, height - RUNNER_LINES - 2)
    lines = len(findings) and _height(findings, width) + 1
    most = min(max(height - RUNNER_LINES - lines, 1), MAX_TREND_ROWS)
    parts += [Text(), _pods(health, now_s, width)]
    parts += [Text(), *course_view.rows(runner.results.windows, most, width)] if len(runner.feet) == 2 else []
    return [*parts, Text(), *findings] if findings else parts


def _fitting_findings(runner: RunnerAnalysis, width: int, room: int) -> list[Text]:
    """As many findings as there is room for."""
    blocks = (findings_block(runner.results.findings, 0.0, width, most) for most in range(MAX_FINDINGS, 0, -1))
    return next((block for block in blocks if _height(block, width) <= room), [])


def _height(block: Sequence[Text], width: int) -> int:
    return sum(max(math.ceil(len(line) / width), 1) for text in block for line in text.plain.split("\n"))


def _gait_line(snapshot: LiveSnapshot) -> Text:
    cadence = "" if snapshot.cadence_spm is None else in_unit(CADENCE, snapshot.cadence_spm)
    return Text.assemble(
        (f"{snapshot.activity:<18}", HEADING), (f"{cadence:<20}", "bold"), (f"{snapshot.stride_count} strides", DIM)
    )


def _feet(snapshot: LiveSnapshot) -> Table:
    table = _table("", 18, *snapshot.recent_strides)
    for key in SHOWN:
        table.add_row(STRIDE_METRICS[key].label, *(snapshot.median_text(foot, key) for foot in snapshot.recent_strides))
    return table


def _pods(health: Sequence[PodHealth], now_s: float, width: int) -> Table:
    """As many columns as there is room for."""
    columns = list(POD_COLUMNS)
    while POD_WIDTH + sum(2 + max(len(name), 7) for name in columns) > width:
        columns.pop()
    table = _table("Pod", POD_WIDTH, *columns)
    for pod in health:
        battery = UNKNOWN if pod.battery_pct is None else f"{pod.battery_pct:.0f} %"
        low = pod.battery_pct is not None and pod.battery_pct < LOW_BATTERY_PCT
        cells = (
            Text(battery, style=WARNING if low else ""),
            UNKNOWN if pod.rssi_dbm is None else f"{signed(pod.rssi_dbm, 0)} dBm",
            f"{pod.loss_pct:.1f} %",
            str(pod.counts.resent),
            str(pod.reconnects),
        )
        table.add_row(Text.assemble(f"{pod.foot:<6} ", _link(pod, now_s)), *cells[: len(columns)])
    return table


def _link(pod: PodHealth, now_s: float) -> Text:
    word = link_state(pod, now_s)
    return Text(word, style=LINKS.get(word, WARNING))


# Several runners


def _runner_table(analysis: RunAnalysis, health: Sequence[PodHealth], now_s: float) -> Table:
    table = _table("", 10, "gait", "steps/min", "contact left", "right", "right vs left", "pods")
    for runner, name in analysis.names.items():
        snapshot = LiveSnapshot.current(runner_now(runner, analysis, health, now_s))
        table.add_row(
            Text(name),
            snapshot.activity.lower() if snapshot.cadence_spm is not None else UNKNOWN,
            UNKNOWN if snapshot.cadence_spm is None else f"{snapshot.cadence_spm:.0f}",
            *(snapshot.compared_text(foot, COMPARED_METRIC) for foot in Foot),
            asymmetry_text(snapshot.asymmetry_pct),
            _pod_word(snapshot.silent_feet, snapshot.blind_feet),
        )
    return table


def _latest_findings(analysis: RunAnalysis, most: int) -> list[Text]:
    """The newest findings of all runners, a line each."""
    found = [
        (finding, name)
        for runner, name in analysis.names.items()
        for finding in latest(analysis.runners[runner].results.findings)
    ]
    found = sorted((each for each in found if each[0].severity.rank), key=lambda each: each[0].time_s)
    return [
        Text(f"{clock(finding.time_s):>7}  {name}  {finding_title(finding)}", style=STYLES[finding.severity.rank])
        for finding, name in found[max(len(found) - most, 0) :]
        if most > 0
    ]


def _pod_word(missing: Sequence[Foot], blind: Sequence[Foot]) -> Text:
    if missing:
        return Text(f"no {missing[0]}" if len(missing) == 1 else "none", style=WARNING)
    return Text(f"{' and '.join(blind)} blind", style=WARNING) if blind else Text("ok", style="green")


def _table(name: str, name_width: int, *columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=DIM)
    table.add_column(name, min_width=name_width, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table
