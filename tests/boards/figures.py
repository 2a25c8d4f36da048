"""What the boards show, beside what was planted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import mean

from surefoot.analysis.model import Foot
from surefoot.dashboards.grafana.colours import STALE
from surefoot.service.exporters.influxdb_client import InfluxClient, Series
from tests.accuracy.report import Finding
from tests.boards.page import Line, local_time
from tests.boards.planted import (
    ANCHOR_PCT,
    BALANCES_PCT,
    DRIFT_AT_S,
    DRIFT_PCT,
    DRIFTING_BEGAN,
    DRIFTING_S,
    FALLS_SILENT,
    HARD,
    LANDINGS_SPM,
    LANDS_HARD,
    ROLLS,
    RUNNERS,
    SILENT_FOOT,
    USUAL_PCT,
    WEEKLY,
    Planted,
)
from tests.boards.shown_boards import ShownBoards
from tests.dashboards.grafana_world import names_in

SQUAD, PODS, ALERTS = "Who needs me?", "Is every pod heard?", "Which alerts were sent?"
DRIFTING_MIN = (DRIFTING_S - 8.0) / 60.0
"""How long the run with a drift was running."""
UNSEEN = ("low", "high", "baseline, low", "baseline, high", "every week")
"""Edges of an area, which have no width, and bars of no height."""


def findings(shown: ShownBoards, planted: Planted) -> Iterator[Finding]:
    """All figures."""
    yield from _understood(shown)
    yield from _squad(shown)
    yield from _alerts(shown)
    yield from _pods(shown)
    yield from _hard(shown)
    yield from _roll(shown, planted)
    yield from _drift(shown)
    yield from _weeks(shown, planted)
    yield from _landings(shown)
    yield from _evenness(shown)
    yield _links(shown)
    yield from _versions(shown, planted)


def _understood(shown: ShownBoards) -> Iterator[Finding]:
    """Every option is known, every column that is named is there, every line and every word has its place."""
    panels = [(name, panel) for name, each in shown.panels.items() for panel in each.values()]
    unknown = [each for _, panel in panels for each in panel.unknown]
    yield _none("all boards", "options that Grafana passes over", unknown)
    yield _none("all boards", "named columns that are missing", _missing(shown))
    drawn = [line for _, panel in panels for line in panel.lines if line.shown and line.name not in UNSEEN]
    yield _none("all boards", "lines without a point in the picture", [line.name for line in drawn if line.inside == 0])
    yield _none(
        "all boards", "panels without a value", [panel.title for name, panel in panels if _is_empty(panel.text)]
    )
    yield _none("all boards", "words and axis labels cut", [word for _, panel in panels for word in panel.cut])


def _missing(shown: ShownBoards) -> Iterator[str]:
    for name, view in shown.views.items():
        for panel in view.board["panels"]:
            if panel["type"] == "table":
                found = shown.panel(name, panel["title"])
                yield from names_in(panel) - {*found.columns, *found.names}


def _is_empty(text: str) -> bool:
    return any(words in text for words in ("No data", "Nothing in this time range", "not finished yet"))


def _squad(shown: ShownBoards) -> Iterator[Finding]:
    now, later = (shown.panel(name, SQUAD).seen for name in ("coach-live", "coach-live-later"))
    names = [cells[0] for cells, _ in now]
    yield _equal(
        "coach live", "runners seen, worst first", names, [ROLLS, *(each for each in RUNNERS if each != ROLLS)]
    )
    yield _equal("coach live", "severity of the worst", now[0][0][2], "roll")
    yield _equal("coach live", "grey rows while everybody runs", _grey(now), 0)
    yield _equal("coach live", "grey rows a minute after the end", _grey(later), len(RUNNERS))


def _alerts(shown: ShownBoards) -> Iterator[Finding]:
    told = [cells[1:5] for cells, _ in shown.panel("coach-live", ALERTS).seen]
    of_run, of_roll = (ROLLS, "raised", "roll", "After the run"), (ROLLS, "raised", "roll", "Ankle roll")
    yield _equal("coach live", "newest alert, the run's", told[:1], [of_run])
    yield _equal("coach live", "alert of the roll told", told.count(of_roll), 1)


def _grey(rows: Sequence[tuple[Sequence[str], str]]) -> int:
    return sum(colour == STALE for _, colour in rows)


def _pods(shown: ShownBoards) -> Iterator[Finding]:
    for name in ("coach-live", "pods"):
        panel, view = shown.panel(name, PODS), name.replace("-", " ")
        yield _equal(view, "pods seen", len(panel.seen), 2 * len(RUNNERS))
        silent = [(row["Runner"].words, row["Foot"].words) for row in panel.rows if row["Connected"].words == "no"]
        yield _equal(view, "pods that fell silent", silent, [(FALLS_SILENT, str(SILENT_FOOT))])
        (row,) = [row for row in panel.rows if row["Connected"].words == "no"]
        yield _equal(view, "state of that pod", (row["State"].words, row["Heard"].words), ("stale", "a minute ago"))
        yield _equal(view, "grey rows of pods", _grey(panel.seen), 1)
    signal = shown.panel("pods", "How well is each pod heard?")
    ends = {(line.name, line.ref): line.points[-1][0] for line in signal.lines}
    quiet_s = (max(ends.values()) - ends[FALLS_SILENT, "A"]) / 1000.0
    yield Finding("pods", "its signal ends before the others'", f"{quiet_s:.0f} s", "≥ 20 s", quiet_s >= 20.0)


def _hard(shown: ShownBoards) -> Iterator[Finding]:
    impact_g = {line.name: mean(line.values) for line in shown.panel("coach-live", "Who lands hard?").lines}
    others = mean(value for name, value in impact_g.items() if name != LANDS_HARD)
    times = impact_g[LANDS_HARD] / others
    worst = max(impact_g, key=lambda name: impact_g[name])
    yield _equal("coach live", "lands hardest", worst, LANDS_HARD)
    yield Finding(
        "coach live", f"times the others, planted {HARD:g}", f"{times:.2f}", "1.3 to 1.9", 1.3 <= times <= 1.9
    )


def _roll(shown: ShownBoards, planted: Planted) -> Iterator[Finding]:
    panel = shown.panel("runner-live", "How far do my ankles tip outward?")
    line = panel.line(f"rolled, {planted.roll.foot}")
    away_deg = abs(line.values[0] - planted.roll.peak_deg)
    yield _equal("runner live", "rolled strides in the picture", (len(line.points), line.painted), (1, 1))
    yield Finding("runner live", "shown from planted peak", f"{away_deg:.1f}°", "≤ 6°", away_deg <= 6.0)
    rest = max(value for each in panel.lines if each is not line for value in each.values)
    yield Finding("runner live", "highest other stride", f"{rest:.1f}°", "< half", rest < line.values[0] / 2.0)


def _drift(shown: ShownBoards) -> Iterator[Finding]:
    panel = shown.panel("run", "Do I drift away from my own balance?")
    measured, *edges = (panel.line(name) for name in ("difference", "baseline, low", "baseline, high"))
    turn_ms = 1000.0 * (DRIFTING_BEGAN.timestamp() + DRIFT_AT_S + 30.0)
    before = mean(value for at, value in measured.points if at < turn_ms - 60_000.0)
    after = mean(value for at, value in measured.points if at > turn_ms)
    change = after - before
    target = f"{DRIFT_PCT:g} ± 1.5"
    yield Finding("run", "change of the balance, %", f"{change:.1f}", target, abs(change - DRIFT_PCT) <= 1.5)
    for edge in edges:
        yield _equal("run", f"values of {edge.name}", len(set(edge.values)), 1)
    low, high = (edge.values[0] for edge in edges)
    begin_s, end_s = (edges[0].points[place][0] / 1000.0 - DRIFTING_BEGAN.timestamp() for place in (0, -1))
    lasts = begin_s <= 60.0 and end_s >= DRIFTING_S - 60.0
    yield Finding("run", "the band lasts", f"{begin_s:.0f} to {end_s:.0f} s", f"0 to {DRIFTING_S:.0f} ± 60 s", lasts)
    yield _equal(
        "run", "own balance in the band, the last not", (low < before < high, low < after < high), (True, False)
    )
    axis = panel.line("difference").axis
    yield _equal("run", "all of it within the axis", axis[0] <= min(low, after) and high <= axis[1], True)


def _weeks(shown: ShownBoards, planted: Planted) -> Iterator[Finding]:
    minutes = _by_week({**WEEKLY, DRIFTING_BEGAN: DRIFTING_MIN})
    running = shown.panel("trends", "How much do I run?").line("Running")
    bars = {week: value for week, value in _weeks_of(running).items() if value > 0.0}
    off = max(abs(bars.get(week, 0.0) - ran) for week, ran in minutes.items())
    yield _equal("trends", "weeks with a bar", sorted(bars), sorted(minutes))
    yield Finding("trends", "largest error of a week", f"{off:.1f} min", "≤ 0.5 min", off <= 0.5)
    load = shown.panel("trends", "How much load does each foot take?")
    for foot in Foot:
        line = load.line(str(foot))
        sums = _weeks_of(line)
        wrong = max(abs(sums[week] / (planted.weekly_dose_g[foot] * ran) - 1.0) for week, ran in minutes.items())
        yield Finding("trends", f"largest error of a week's load, {foot}", f"{wrong:.1%}", "≤ 3 %", wrong <= 0.03)
        yield _equal("trends", f"axis of the load, {foot}, from", line.axis[0], 0)


def _landings(shown: ShownBoards) -> Iterator[Finding]:
    """Those planted; of the run with a drift, half its cadence in each minute."""
    (cadence,) = shown.panel("trends", "How quick are my steps?").lines
    drifting = {DRIFTING_BEGAN: DRIFTING_MIN * cadence.values[-1] / 2.0}
    for foot in Foot:
        wanted = _by_week({**{ended: LANDINGS_SPM[foot] * ran for ended, ran in WEEKLY.items()}, **drifting})
        found = _weeks_of(shown.panel("trends", "How often does each foot land?").line(str(foot)))
        wrong = max(abs(found[week] / landings - 1.0) for week, landings in wanted.items())
        yield Finding("trends", f"largest error of a week's landings, {foot}", f"{wrong:.1%}", "≤ 1 %", wrong <= 0.01)


def _by_week(runs: Mapping[datetime, float]) -> Mapping[str, float]:
    """Monday → sum over the runs of its week."""
    sums: dict[str, float] = {}
    for ended, value in runs.items():
        monday = (ended - timedelta(days=ended.weekday())).strftime("%Y-%m-%d")
        sums[monday] = sums.get(monday, 0.0) + value
    return sums


def _weeks_of(line: Line) -> Mapping[str, float]:
    """Local date of a bar → its height."""
    return {local_time(at).strftime("%Y-%m-%d"): value for at, value in line.points}


def _evenness(shown: ShownBoards) -> Iterator[Finding]:
    """Each run's balance between the ends of its interval, when it ended; one of an older version has no ends."""
    panel = shown.panel("trends", "Is my left/right balance changing?")
    lines = [dict(panel.line(name).points) for name in ("95 %, low", "difference", "95 %, high")]
    for ended, known in BALANCES_PCT.items():
        seen = tuple(line.get(_ms(ended)) for line in lines)
        yield _equal("trends", f"balance of {ended:%d %B}, %", seen, known)
    drifting_ms = _ms(DRIFTING_BEGAN + timedelta(seconds=DRIFTING_S))
    low, value, high = (line[drifting_ms] for line in lines)
    planted = DRIFT_PCT * (DRIFTING_S - DRIFT_AT_S) / (DRIFTING_S - 8.0)
    what, holds = "interval of the run with a drift, %", low < planted < high and low < value < high
    yield Finding("trends", what, f"{low:.1f} to {high:.1f}", f"holds {planted:.1f}, its mean", holds)
    usual = [dict(panel.line(f"the usual, {end}").points) for end in ("low", "high")]
    for ended in BALANCES_PCT:
        seen = tuple(line.get(_ms(ended)) for line in usual)
        yield _equal("trends", f"usual beside {ended:%d %B}, %", seen, USUAL_PCT.get(ended, (None, None)))
    middle = mean(line[drifting_ms] for line in usual)
    right = abs(middle - mean(ANCHOR_PCT)) < 1e-6
    yield Finding("trends", "middle of the anchor, %", f"{middle:.2f}", f"{mean(ANCHOR_PCT):.2f}", right)


def _ms(time: datetime) -> float:
    return 1000.0 * time.timestamp()


def _links(shown: ShownBoards) -> Finding:
    first = shown.panel("coach-live", SQUAD).rows[0]["Name"].link
    row = shown.panel("run", "Which run?").row(
        "Ended", f"{DRIFTING_BEGAN + timedelta(seconds=DRIFTING_S):%d/%m/%Y, %H:%M:%S}"
    )
    begin = "2026-04-11T06:00:00.000Z"
    run = (
        f"/d/surefoot-run?var-runner={ROLLS}&var-run=20260411T060000Z-00000001&from={begin}&to=2026-04-11T06:19:08.000Z"
    )
    wanted = [f"/d/surefoot-runner-live?var-runner={ROLLS}", run]
    return _equal("links", "lead to the runner and the whole run", [first, row["Run"].link] == wanted, True)


def _versions(shown: ShownBoards, planted: Planted) -> Iterator[Finding]:
    """What each version of InfluxDB answers to the same questions."""
    told = {version: list(_answers(shown, influx)) for version, influx in planted.versions.items()}
    for version, panels in told.items():
        answered = sum(any(value is not None for value in _values(panel)) for panel in panels)
        yield _equal(
            f"InfluxDB {version}", "panels answered", f"{answered} of {len(panels)}", f"{len(panels)} of {len(panels)}"
        )
    old, new = ([answer for panel in panels for answer in panel] for panels in told.values())
    equal = sum(a == b for a, b in zip(old, new, strict=True))
    yield _equal(" and ".join(told), "questions with equal rows", f"{equal} of {len(old)}", f"{len(old)} of {len(old)}")


def _answers(shown: ShownBoards, influx: InfluxClient) -> Iterator[list[list[Series]]]:
    """What each panel of each view is answered."""
    for view in shown.views.values():
        yield from replace(view, database=replace(view.database, influx=influx)).answers().values()


def _values(panel: Sequence[Sequence[Series]]) -> Iterator[object]:
    return (value for answer in panel for series in answer for row in series.rows for value in row[1:])


def _equal(data: str, what: str, value: object, target: object) -> Finding:
    return Finding(data, what, str(value), str(target), value == target)


def _none(data: str, what: str, values: Iterator[str] | list[str]) -> Finding:
    found = sorted(set(values))
    return Finding(data, what, ", ".join(found) or "0", "0", not found)
