"""Fields shown on the boards: the metric registry's, and those of pods and runs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS, Metric
from surefoot.analysis.model import Foot

TypicalRange = tuple[float | None, float | None] | None


@dataclass(frozen=True, slots=True)
class Field:
    """An InfluxDB field with its label, display unit and typical range.

    Parameters
    ----------
    key : field key in InfluxDB; ends in the stored unit.
    unit : display unit; stored value × `scale` = displayed value.
    description : one sentence in a runner's words.
    typical : range in the display unit, if there is one; None leaves an end open.
    axis : range that the axis has at least, in the display unit; the typical range if None.
    """

    key: str
    label: str
    unit: str
    description: str
    scale: float = 1.0
    decimals: int = 0
    typical: TypicalRange = None
    axis: TypicalRange = None

    @property
    def grafana_unit(self) -> str:
        """Grafana's unit id; Grafana puts a space before the suffix."""
        return f"suffix:{self.unit}" if self.unit else "none"

    def for_foot(self, foot: Foot) -> Field:
        """The field of one foot in the measurement `summaries`."""
        return replace(self, key=f"{self.key}_{foot}")


def metric_field(key: str) -> Field:
    """Field of a metric of the registry, with its typical range for running."""
    metric = CADENCE if key == CADENCE.key else STRIDE_METRICS[key]
    return Field(
        key, metric.label, metric.unit, _description(metric), metric.scale, metric.decimals, _typical_range(metric)
    )


def asymmetry_field(key: str) -> Field:
    """Field of a metric's asymmetry in percent."""
    metric = STRIDE_METRICS[key]
    description = (
        f"{metric.label}: how much larger it is on the right than on the left; below zero it is larger on the left."
    )
    return Field(f"{key}_asymmetry_pct", f"{metric.label}, right vs left", "%", description, decimals=1)


def _description(metric: Metric) -> str:
    typical = _typical_range(metric)
    if typical is None:
        return metric.description
    low, high = (f"{limit:g}".replace("-", "−") for limit in typical)
    return f"{metric.description} Green: typical for healthy runners, {low} to {high} {metric.unit}."


def _typical_range(metric: Metric) -> tuple[float, float] | None:
    if metric.typical_run is None:
        return None
    low, high = (round(limit * metric.scale, 6) for limit in metric.typical_run)
    return low, high


BATTERY = Field(
    "battery_pct",
    "Battery",
    "%",
    "How full the pod's battery is; charge it below 15 %.",
    typical=(15, None),
    axis=(0, 100),
)
SIGNAL = Field(
    "rssi_dbm",
    "Signal",
    "dBm",
    "Strength of the pod's signal; below −90 dBm it drops out.",
    typical=(-90, None),
    axis=(-100, -40),
)
LOSS = Field(
    "loss_pct", "Lost", "%", "Share of this run's samples that never arrived; strides in them are missing.",
    decimals=2, typical=(None, 1), axis=(0, 5),
)  # fmt: skip
CLOCK = Field(
    "clock_residual_s", "Clock scatter", "ms",
    "How much the pod's clock scatters around ours; it limits how precisely left and right are compared.",
    scale=1000.0, decimals=1, typical=(None, 10), axis=(0, 20),
)  # fmt: skip
RECONNECTS = Field(
    "reconnects", "Reconnects", "", "How often the pod was lost and found again in this run.", axis=(0, 5)
)
CONNECTED = Field("connected", "Connected", "", "Whether the pod is connected now.")
CLIPPED = Field(
    "clipped_strides_pct", "Clipped strides", "%",
    "Strides in which the sensor clipped: their impact is a lower bound.",
    decimals=1, typical=(None, 10), axis=(0, 20),
)  # fmt: skip
RUN_TIME = Field("run_time_s", "Running", "min", "How long the runner ran.", scale=1 / 60.0, axis=(0, None))
DOSE = Field(
    "impact_dose_g",
    "Impact load",
    "g",
    "Sum of the impacts of all running landings of a foot; a sum of our own, untested.",
    axis=(0, None),
)
CONTACTS = Field(
    "running_contacts", "Landings", "",
    "How often each foot landed in running; a landing that was not measured is missing.", axis=(0, None),
)  # fmt: skip
STRIDES = Field("strides", "Strides", "", "Number of complete strides that the numbers are based on.")
FINDINGS = Field("value", "Findings", "", "How many findings there were.", axis=(0, 5))
