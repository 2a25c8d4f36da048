"""What people see while a run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.live import Live
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from analysis.metrics import CADENCE, STRIDE_METRICS
from analysis.model import Estimate, Foot, Window
from dashboards.course import course
from dashboards.moment import COMPARED, Moment
from dashboards.wording import UNKNOWN, clock, difference, in_unit, signed
from sensor_ingest.health import PodHealth
from service.findings import findings_block
from service.live_view import runner_now, state
from service.run_analysis import RunAnalysis, RunnerAnalysis

REFRESH_S = 0.25
SHOWN = ("ground_contact_time_s", "flight_time_s")
WIDTH = 80
BAR_CELLS, BAR_PCT = 16, 8.0
"""Of a bar to one side, and the asymmetry that fills it; people rarely differ more."""
FIXED_LINES = 16
"""Of the view of one runner, without the course."""
MOST_STEPS, MOST_FINDINGS = 20, 3
LOW_BATTERY_PCT = 15.0
HEADING, QUIET, WARNING = "bold cyan", "dim", "yellow"
LINKS = {"connected": "green", "refused": "red"}


@dataclass(frozen=True, slots=True)
class Title:
    """What runs, how it ends and, where that is known, how long it lasts."""

    name: str
    note: str
    ends: str
    duration_s: float | None = None


class Screen:
    """Watches a run and shows it in place, a few times a second; open while the context is.

    Parameters
    ----------
    speed : of the event loop's clock against real time.
    """

    def __init__(self, console: Console, title: Title, speed: float = 1.0) -> None:
        self.every_s = REFRESH_S * speed
        self._console = console
        self._title = title
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def look(self, now_s: float, analysis: RunAnalysis, health: tuple[PodHealth, ...]) -> None:
        """Show the run as it is now."""
        size = self._console.size
        shown = view(self._title, now_s, analysis, health, width=min(size.width, WIDTH), height=size.height)
        self._live.update(shown, refresh=True)


def view(
    title: Title, now_s: float, analysis: RunAnalysis, health: Sequence[PodHealth], *, width: int, height: int
) -> RenderableType:
    """The whole picture: one runner at length, several as a table with a row for each."""
    names = list(analysis.runners)
    if len(names) == 1:
        body = _one_runner(names[0], analysis.runners[names[0]], health, now_s, height, width)
    else:
        body = [_wall(analysis, health, now_s)]
    lines = [_head(title, now_s, width), Rule(style=QUIET), *body, Text(), Text(title.ends, style=QUIET)]
    return Constrain(Group(*lines), width)


def _head(title: Title, now_s: float, width: int) -> Table:
    row = Table.grid(expand=True)
    row.width = width
    row.add_column()
    row.add_column(justify="right")
    of = "" if title.duration_s is None else f" of {clock(title.duration_s)}"
    row.add_row(Text.assemble((title.name, "bold"), (f"  {title.note}", QUIET)), Text(f"{clock(now_s)}{of}"))
    return row


# One runner


def _one_runner(
    name: str, runner: RunnerAnalysis, health: Sequence[PodHealth], now_s: float, height: int, width: int
) -> list[RenderableType]:
    now = Moment.of(runner_now(name, runner, health, now_s))
    told = _told(runner, width, height - FIXED_LINES - 2)
    lines = len(told) and _height(told) + 1
    most = min(max(height - FIXED_LINES - lines, 1), MOST_STEPS)
    parts: list[RenderableType] = [_gait_line(now), Text(), _feet(now), Text(), _pods(health, now_s), Text()]
    parts += _course(runner.results.windows, most) if len(runner.feet) == 2 else []
    return [*parts, Text(), *told] if told else parts


def _told(runner: RunnerAnalysis, width: int, room: int) -> list[Text]:
    """As many findings as there is room for."""
    blocks = (findings_block(runner.results.findings, 0.0, width, most) for most in range(MOST_FINDINGS, 0, -1))
    return next((block for block in blocks if _height(block) <= room), [])


def _height(block: Sequence[Text]) -> int:
    return sum(text.plain.count("\n") + 1 for text in block)


def _gait_line(now: Moment) -> Text:
    cadence = "" if now.cadence_spm is None else in_unit(CADENCE, now.cadence_spm)
    return Text.assemble((f"{now.gait:<18}", HEADING), (f"{cadence:<20}", "bold"), (f"{now.strides} strides", QUIET))


def _feet(now: Moment) -> Table:
    table = _table("", 18, *now.recent)
    for key in SHOWN:
        table.add_row(STRIDE_METRICS[key].label, *(now.median(foot, key) for foot in now.recent))
    return table


def _pods(health: Sequence[PodHealth], now_s: float) -> Table:
    table = _table("Pod", 18, "battery", "signal", "lost", "resent", "reconnects")
    for pod in health:
        battery = UNKNOWN if pod.battery_pct is None else f"{pod.battery_pct:.0f} %"
        low = pod.battery_pct is not None and pod.battery_pct < LOW_BATTERY_PCT
        table.add_row(
            Text.assemble(f"{pod.foot:<6} ", _link(pod, now_s)),
            Text(battery, style=WARNING if low else ""),
            UNKNOWN if pod.rssi_dbm is None else f"{signed(pod.rssi_dbm, 0)} dBm",
            f"{pod.loss_pct:.1f} %",
            str(pod.counts.resent),
            str(pod.reconnects),
        )
    return table


def _link(pod: PodHealth, now_s: float) -> Text:
    word = state(pod, now_s)
    return Text(word, style=LINKS.get(word, WARNING))


def _course(windows: Sequence[Window], most: int) -> list[RenderableType]:
    """Contact right against left over the run."""
    title = f"{STRIDE_METRICS[COMPARED].label}, right vs left"
    steps = course(windows, COMPARED, most)
    if not steps:
        return [Text(title), Text("known after half a minute of running", style=QUIET)]
    scale = f"{'longer left':>{BAR_CELLS}} │ longer right"
    return [Text.assemble(f"{title:<32}", (scale, QUIET)), *(_step(end_s, step) for end_s, step in steps)]


def _step(end_s: float, step: Estimate) -> Text:
    """One row; a bar that may as well be none is dim."""
    sure = step.low > 0.0 or step.high < 0.0
    left, right = _bar(step.value)
    style = "cyan" if sure else QUIET
    return Text.assemble(
        (f"{clock(end_s):>7}  ", QUIET), f"{difference(step):>14}{'':9}", (left, style), ("│", QUIET), (right, style)
    )


def _bar(value_pct: float) -> tuple[str, str]:
    """A bar from the middle to the side of the longer contact."""
    cells = min(round(abs(value_pct) / BAR_PCT * BAR_CELLS), BAR_CELLS)
    left, right = (cells, 0) if value_pct < 0 else (0, cells)
    return f"{'━' * left:>{BAR_CELLS}} ", f" {'━' * right}"


# Several runners


def _wall(analysis: RunAnalysis, health: Sequence[PodHealth], now_s: float) -> Table:
    table = _table("", 10, "gait", "cadence", "left", "right", "right vs left", "strides", "pods")
    for name, runner in analysis.runners.items():
        now = Moment.of(runner_now(name, runner, health, now_s))
        table.add_row(
            name,
            now.gait.lower() if now.cadence_spm is not None else UNKNOWN,
            UNKNOWN if now.cadence_spm is None else f"{now.cadence_spm:.0f}",
            *(now.median(foot, COMPARED) for foot in Foot),
            difference(now.newest),
            str(now.strides),
            _pod_word(now.missing),
        )
    return table


def _pod_word(missing: Sequence[Foot]) -> Text:
    if not missing:
        return Text("ok", style="green")
    return Text(f"no {missing[0]}" if len(missing) == 1 else "none", style=WARNING)


def _table(name: str, name_width: int, *columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style=QUIET)
    table.add_column(name, min_width=name_width, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table
