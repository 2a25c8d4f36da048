"""The squad: a card for each runner, those who need a look first."""

from __future__ import annotations

from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS
from surefoot.analysis.model import Estimate, Foot
from surefoot.dashboards.asymmetry_trend import course
from surefoot.dashboards.data_source import RunnerNow
from surefoot.dashboards.finding_card import badge, title, when
from surefoot.dashboards.formatting import UNKNOWN, difference
from surefoot.dashboards.html import Markup, element, join, number
from surefoot.dashboards.live_snapshot import COMPARED, Moment
from surefoot.dashboards.reference_band import Band, own_band
from surefoot.dashboards.wall.attention import LOW_BATTERY_PCT, Attention

GAUGE_PCT = 8.0
SPARK_POINTS = 24
SPARK_WIDTH, SPARK_HEIGHT = 120.0, 36.0


def card(runner: RunnerNow, attention: Attention, link: str) -> Markup:
    """Everything about a runner at a glance; the whole card is one link."""
    now = Moment.last_known(runner)
    return element(
        "a",
        element(
            "span",
            element("strong", runner.name, class_="name"),
            element("span", Moment.of(runner).gait, class_="gait"),
            element("span", class_="age"),
            class_="top",
        ),
        _numbers(now),
        balance_row(runner, now.newest),
        element("span", _why(attention, runner), class_="why"),
        element("span", *(pod_chip(runner, foot) for foot in Foot), class_="chips"),
        href=link,
        class_=f"card rank-{attention.rank}",
    )


def _numbers(now: Moment) -> Markup:
    return element("span", cadence(now), sides(now, COMPARED, "contact"), class_="numbers")


def cadence(now: Moment) -> Markup:
    """Steps per minute."""
    spm = UNKNOWN if now.cadence_spm is None else f"{now.cadence_spm:.0f}"
    return element("span", element("b", spm), element("small", CADENCE.unit), class_="figure")


def sides(now: Moment, key: str, name: str) -> Markup:
    """A metric of both feet, left before right as one stands."""
    unit = STRIDE_METRICS[key].unit
    values = (
        element("b", now.median(foot, key).removesuffix(f" {unit}"), class_=f"{foot} {key}", title=foot)
        for foot in Foot
    )
    return element(
        "span", element("span", *values, class_="pair"), element("small", f"{name}, {unit}"), class_="figure"
    )


def balance_row(runner: RunnerNow, newest: Estimate | None) -> Markup:
    """Right against left now, against the own band, and how it came to that."""
    own = own_band(runner.windows, COMPARED)
    return element(
        "span",
        compared(newest),
        gauge(newest, own),
        _sparkline(runner, own),
        class_="balance",
    )


def compared(newest: Estimate | None) -> Markup:
    """Right against left in words, and of how long."""
    if newest is None:
        return element("span", "right vs left: known after 10 s of running", class_="told")
    return element("span", "right vs left ", element("b", difference(newest)), ", last 10 s", class_="told")


def gauge(newest: Estimate | None, own: Band | None) -> Markup:
    """The asymmetry as a bar from the middle, with its 95 % interval; the own band lies behind it."""
    middle, half = 100.0, 96.0

    def place(value: float) -> float:
        return middle + half * min(max(value / GAUGE_PCT, -1.0), 1.0)

    parts = [element("rect", x=middle - half, y=5, width=2 * half, height=10, rx=5, class_="gauge")]
    if own is not None:
        low, high = place(own.low), place(own.high)
        parts.append(element("rect", x=low, y=3, width=max(high - low, 1.0), height=14, rx=3, class_="own"))
    if newest is not None:
        at = place(newest.value)
        side = Foot.RIGHT if newest.value > 0 else Foot.LEFT
        parts.append(element("rect", x=min(at, middle), y=6, width=abs(at - middle), height=8, class_=f"bar {side}"))
        low, high = place(newest.low), place(newest.high)
        parts.append(element("line", x1=low, x2=high, y1=10, y2=10, class_="interval"))
        parts.append(element("circle", cx=at, cy=10, r=6, class_=f"dot {side}"))
    parts.append(element("line", x1=middle, x2=middle, y1=1, y2=19, class_="line zero"))
    return element(
        "svg", *parts, viewBox="0 0 200 20", preserveAspectRatio="xMinYMid", class_="gauge-box", aria_hidden="true"
    )


def _sparkline(runner: RunnerNow, own: Band | None) -> Markup:
    """The asymmetry over the run."""
    steps = course(runner.windows, COMPARED, SPARK_POINTS)
    if len(steps) < 2:
        return Markup()
    first_s, last_s = steps[0][0], steps[-1][0]

    def at(time_s: float, value: float) -> str:
        x = (time_s - first_s) / (last_s - first_s) * SPARK_WIDTH
        y = (0.5 - 0.5 * min(max(value / GAUGE_PCT, -1.0), 1.0)) * SPARK_HEIGHT
        return f"{number(x)} {number(y)}"

    path = "M" + "L".join(at(time_s, step.value) for time_s, step in steps)
    band = ""
    if own is not None:
        top, bottom = (float(at(first_s, value).split()[1]) for value in (own.high, own.low))
        band = element("rect", x=0, y=top, width=SPARK_WIDTH, height=bottom - top, class_="own")
    drawn = join([band, element("path", d=path, class_="line both")])
    return element("svg", drawn, viewBox=f"0 0 {SPARK_WIDTH:g} {SPARK_HEIGHT:g}", class_="spark", aria_hidden="true")


def _why(attention: Attention, runner: RunnerNow) -> Markup:
    if attention.finding is not None:
        more = f" and {attention.others} more" if attention.others else ""
        return join(
            [badge(attention.finding), f" {title(attention.finding)} {when(attention.finding, runner.origin_s)}{more}"]
        )
    return Markup() if not attention.trouble else element("span", f"▲ {attention.trouble}", class_="badge rank-1")


def pod_chip(runner: RunnerNow, foot: Foot) -> Markup | None:
    """One pod in a few signs."""
    pod = next((pod for pod in runner.pods if pod.foot is foot), None)
    if pod is None:
        return None
    battery = "" if pod.battery_pct is None else f" {pod.battery_pct:.0f} %"
    signal = "" if pod.rssi_dbm is None else f" {pod.rssi_dbm:.0f} dBm".replace("-", "−")
    low = pod.battery_pct is not None and pod.battery_pct < LOW_BATTERY_PCT
    bad = " bad" if low or pod.heard is False else ""
    state = "" if pod.heard else f" {pod.state}"
    return element("span", element("span", class_=f"swatch {foot}", aria_hidden="true"),
                   f"{foot}{state}{battery}{signal}", class_=f"pod{bad}")  # fmt: skip
