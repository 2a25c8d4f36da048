"""Card of one runner on the squad page, and its parts."""

from __future__ import annotations

from surefoot.analysis.drift.reference_band import ReferenceBand, reference_band
from surefoot.analysis.foot_pod_run import FOOT_POD_ALONE
from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS
from surefoot.analysis.model import Estimate, Foot
from surefoot.analysis.weeks.timeline import Doing
from surefoot.dashboards.asymmetry_trend import asymmetry_trend
from surefoot.dashboards.data_source import LOW_BATTERY_PCT, RunnerState
from surefoot.dashboards.finding_card import severity_badge
from surefoot.dashboards.formatting import UNKNOWN, asymmetry_text, clock, known_text
from surefoot.dashboards.html import Markup, compact_number, element, join
from surefoot.dashboards.live_snapshot import COMPARED_METRIC, LiveSnapshot, companions_line
from surefoot.dashboards.vocabulary import finding_title, when_text
from surefoot.dashboards.wall.attention import Attention
from surefoot.dashboards.wall.freshness import activity, freshness

GAUGE_LIMIT_PCT = 8.0
"""Asymmetry at the ends of gauge and sparkline; larger values are drawn there."""
MAX_SPARKLINE_POINTS = 24
SPARKLINE_WIDTH, SPARKLINE_HEIGHT = 120.0, 36.0

NOT_OF_FEET = element("span", FOOT_POD_ALONE, class_="told")
NO_PODS = element("span", "no pods", class_="gait")


def runner_card(runner: RunnerState, attention: Attention, link: str) -> Markup:
    """Card of a runner; the link of the name covers the whole card."""
    name = element("h2", element("a", runner.name, href=link), class_="name")
    if runner.has_timer_alone:
        top = element("div", name, NO_PODS, class_="top")
        return element("article", top, timed_row(runner), class_=f"card rank-{attention.rank}")
    snapshot = LiveSnapshot.last_known(runner)
    return element(
        "article",
        element(
            "div",
            name,
            element("span", activity(runner), class_="gait"),
            element("span", class_="age"),
            class_="top",
        ),
        timed_row(runner),
        _numbers(snapshot),
        companions_row(runner),
        asymmetry_row(runner, snapshot) if snapshot.foot_pod is None else NOT_OF_FEET,
        element("span", _attention_reason(attention, runner), class_="why"),
        *(element("span", f"▲ {text}", class_="blind") for text in snapshot.not_watched),
        element("span", *(pod_chip(runner, foot) for foot in Foot), class_="chips"),
        class_=f"card rank-{attention.rank} {freshness(runner)}",
    )


def timed_row(runner: RunnerState) -> Markup | None:
    """What a runner does now in a session that their phone times, and when that changes."""
    if runner.timed is None:
        return None
    now, then, left_s = runner.timed.moment.now, runner.timed.moment.then, runner.timed.moment.left_s
    if now is None:
        return element("span", "session done", class_="timed")
    number = f" {now.number} of {now.of}" if now.doing is Doing.RUN else ""
    left = f"paused with {clock(left_s)} left" if runner.timed.is_paused else f"{clock(left_s)} left"
    after = "" if then is None else f", then {then.doing}"
    return element("span", element("b", f"{now.doing}{number}"), f": {left}{after}", class_=f"timed {now.doing}")


def companions_row(runner: RunnerState) -> Markup:
    """What the sensors beside the pods say now."""
    line = companions_line(runner)
    return element("span", line, class_="companions") if line else Markup()


def _numbers(snapshot: LiveSnapshot) -> Markup:
    beside = (
        left_right_figure(snapshot, COMPARED_METRIC, "contact") if snapshot.foot_pod is None else speed_figure(snapshot)
    )
    return element("span", cadence_figure(snapshot), beside, class_="numbers")


def speed_figure(snapshot: LiveSnapshot) -> Markup:
    """Speed as a foot pod tells it."""
    number, _, unit = snapshot.told_speed_text.partition(" ")
    return element("span", element("b", number), element("small", unit or "km/h"), class_="figure")


def cadence_figure(snapshot: LiveSnapshot) -> Markup:
    """Cadence in steps per minute."""
    spm = UNKNOWN if snapshot.cadence_spm is None else f"{snapshot.cadence_spm:.0f}"
    return element("span", element("b", spm), element("small", CADENCE.unit), class_="figure")


def left_right_figure(snapshot: LiveSnapshot, key: str, name: str) -> Markup:
    """A metric of both feet, left before right; where it is withheld, in how many strides it is known."""
    unit = STRIDE_METRICS[key].unit
    values = (
        part
        for foot in Foot
        for part in (
            element("span", f"{foot} ", class_="unseen"),
            element(
                "b", snapshot.compared_text(foot, key).removesuffix(f" {unit}"), class_=f"{foot} {key}", title=foot
            ),
        )
    )
    few = [f"{foot} {text}" for foot in Foot if (text := known_text(snapshot.withheld(foot, key)))]
    told = "; ".join([f"{name}, {unit}", *few])
    return element("span", element("span", *values, class_="pair"), element("small", told), class_="figure")


def asymmetry_row(runner: RunnerState, snapshot: LiveSnapshot) -> Markup:
    """Asymmetry now, its gauge with the reference band, and its sparkline."""
    reference = reference_band(runner.windows, COMPARED_METRIC)
    return element(
        "span",
        asymmetry_sentence(snapshot),
        asymmetry_gauge(snapshot.asymmetry_pct, reference),
        _sparkline(runner, reference),
        class_="balance",
    )


def asymmetry_sentence(snapshot: LiveSnapshot) -> Markup:
    """Asymmetry as text, or why left and right are not compared."""
    asymmetry_pct = snapshot.asymmetry_pct
    if snapshot.why_not_compared:
        return element("span", f"right vs left not compared: {snapshot.why_not_compared}", class_="told")
    if asymmetry_pct is None:
        return element("span", "right vs left: available after 10 s of running", class_="told")
    return element("span", "right vs left ", element("b", asymmetry_text(asymmetry_pct)), ", last 10 s", class_="told")


def asymmetry_gauge(asymmetry_pct: Estimate | None, reference: ReferenceBand | None) -> Markup:
    """Asymmetry as a bar from the middle, with its 95 % interval, over the reference band."""
    middle, half = 100.0, 96.0

    def gauge_x(value: float) -> float:
        return middle + half * min(max(value / GAUGE_LIMIT_PCT, -1.0), 1.0)

    parts = [element("rect", x=middle - half, y=5, width=2 * half, height=10, rx=5, class_="gauge")]
    if reference is not None:
        low, high = gauge_x(reference.low), gauge_x(reference.high)
        parts.append(element("rect", x=low, y=3, width=max(high - low, 1.0), height=14, rx=3, class_="own"))
    if asymmetry_pct is not None:
        at = gauge_x(asymmetry_pct.value)
        side = Foot.RIGHT if asymmetry_pct.value > 0 else Foot.LEFT
        parts.append(element("rect", x=min(at, middle), y=6, width=abs(at - middle), height=8, class_=f"bar {side}"))
        low, high = gauge_x(asymmetry_pct.low), gauge_x(asymmetry_pct.high)
        parts.append(element("line", x1=low, x2=high, y1=10, y2=10, class_="interval"))
        parts.append(element("circle", cx=at, cy=10, r=6, class_=f"dot {side}"))
    parts.append(element("line", x1=middle, x2=middle, y1=1, y2=19, class_="line zero"))
    return element(
        "svg", *parts, viewBox="0 0 200 20", preserveAspectRatio="xMinYMid", class_="gauge-box", aria_hidden="true"
    )


def _sparkline(runner: RunnerState, reference: ReferenceBand | None) -> Markup:
    """Asymmetry over the run, over the reference band."""
    points = asymmetry_trend(runner.windows, COMPARED_METRIC, MAX_SPARKLINE_POINTS)
    if len(points) < 2:
        return Markup()
    first_s, last_s = points[0][0], points[-1][0]

    def at(time_s: float, value: float) -> str:
        x = (time_s - first_s) / (last_s - first_s) * SPARKLINE_WIDTH
        y = (0.5 - 0.5 * min(max(value / GAUGE_LIMIT_PCT, -1.0), 1.0)) * SPARKLINE_HEIGHT
        return f"{compact_number(x)} {compact_number(y)}"

    path = "M" + "L".join(at(time_s, point.value) for time_s, point in points)
    band = ""
    if reference is not None:
        top, bottom = (float(at(first_s, value).split()[1]) for value in (reference.high, reference.low))
        band = element("rect", x=0, y=top, width=SPARKLINE_WIDTH, height=bottom - top, class_="own")
    drawn = join([band, element("path", d=path, class_="line both")])
    return element(
        "svg", drawn, viewBox=f"0 0 {SPARKLINE_WIDTH:g} {SPARKLINE_HEIGHT:g}", class_="spark", aria_hidden="true"
    )


def _attention_reason(attention: Attention, runner: RunnerState) -> Markup:
    if attention.finding is not None:
        more = f" and {attention.other_count} more" if attention.other_count else ""
        is_change = "change_low_pct" in attention.finding.evidence
        size = f", now {abs(attention.finding.value):.1f} %" if is_change else ""
        return join(
            [
                severity_badge(attention.finding),
                f" {finding_title(attention.finding)} {when_text(attention.finding, runner.origin_s)}{size}{more}",
            ]
        )
    return (
        Markup() if not attention.pod_trouble else element("span", f"▲ {attention.pod_trouble}", class_="badge rank-1")
    )


def pod_chip(runner: RunnerState, foot: Foot) -> Markup | None:
    """State, battery and signal of a pod."""
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
