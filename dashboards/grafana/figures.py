"""The numbers on the boards: the metric registry's, and the few about pods and runs that it does not have."""

from __future__ import annotations

from dataclasses import dataclass, replace

from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS, Metric
from surefoot.analysis.model import Foot

Usual = tuple[float | None, float | None] | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A field of a measurement, as people read it.

    Parameters
    ----------
    field : its name in InfluxDB; ends in the unit that is stored.
    unit : the one that is shown; `scale` leads from the stored value to it.
    description : one sentence in a runner's words.
    usual : range in the unit that is shown, where there is one; None leaves an end open.
    """

    field: str
    label: str
    unit: str
    description: str
    scale: float = 1.0
    decimals: int = 0
    usual: Usual = None

    @property
    def grafana_unit(self) -> str:
        """As Grafana names units; it puts a space before ours."""
        return f"suffix:{self.unit}" if self.unit else "none"

    def of(self, foot: Foot) -> Figure:
        """A run's number for one foot, as summaries name it."""
        return replace(self, field=f"{self.field}_{foot}")


def running(key: str) -> Figure:
    """A metric of the registry, with its range for running."""
    metric = CADENCE if key == CADENCE.key else STRIDE_METRICS[key]
    return Figure(key, metric.label, metric.unit, _described(metric), metric.scale, metric.decimals, _usual(metric))


def asymmetry(key: str) -> Figure:
    """How left and right of a metric compare."""
    metric = STRIDE_METRICS[key]
    description = f"{metric.label}: how much larger it is on the right than on the left; below zero it is larger left."
    return Figure(f"{key}_asymmetry_pct", f"{metric.label}, right vs left", "%", description, decimals=1)


def _described(metric: Metric) -> str:
    usual = _usual(metric)
    if usual is None:
        return metric.description
    low, high = (f"{limit:g}".replace("-", "−") for limit in usual)
    return f"{metric.description} Green is where most healthy runners lie: {low} to {high} {metric.unit}."


def _usual(metric: Metric) -> tuple[float, float] | None:
    if metric.typical_run is None:
        return None
    low, high = (round(limit * metric.scale, 6) for limit in metric.typical_run)
    return low, high


BATTERY = Figure(
    "battery_pct", "Battery", "%", "How full the pod's battery is; charge it below 15 %.", usual=(15, None)
)
SIGNAL = Figure(
    "rssi_dbm", "Signal", "dBm", "How well the pod is heard; below −90 dBm it drops out.", usual=(-90, None)
)
LOSS = Figure(
    "loss_pct", "Lost", "%", "Readings that never arrived, of all in this run; strides among them are missing.",
    decimals=2, usual=(None, 1),
)  # fmt: skip
CLOCK = Figure(
    "clock_residual_s", "Clock scatter", "ms",
    "How far the pod's clock scatters about ours; it limits how finely left and right are compared.",
    scale=1000.0, decimals=1, usual=(None, 10),
)  # fmt: skip
RECONNECTS = Figure("reconnects", "Reconnects", "", "How often the pod was lost and found again in this run.")
CONNECTED = Figure("connected", "Connected", "", "Whether the pod is connected now.")
CLIPPED = Figure(
    "clipped_strides_pct", "Clipped strides", "%",
    "Strides with a reading beyond the sensor's range: their impact is a lower bound.",
    decimals=1, usual=(None, 10),
)  # fmt: skip
RUN_TIME = Figure("run_time_s", "Running", "min", "How long you ran.", scale=1 / 60.0)
DOSE = Figure("impact_dose_g", "Impact load", "g", "The jolts of all running landings of a foot, summed.")
STRIDES = Figure("strides", "Strides", "", "How many complete strides the numbers rest on.")
FINDINGS = Figure("value", "Findings", "", "How many findings there were.")
