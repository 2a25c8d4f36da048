"""What a runner's next run is compared with: their own healthy runs, as they are known when it begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from surefoot.analysis.metrics import CONTACT, IMPACT, PUSH_OFF
from surefoot.analysis.model import Gait, Window
from surefoot.analysis.parameters import DEFAULTS, Parameters
from surefoot.analysis.weeks.baselines import Balance, Baseline, Looked, Scatter, baseline, look
from surefoot.analysis.weeks.run_balance import COMPARED, Key, balances, mount_for

MAX_RUNS = 20
"""The newest of an anchor that are kept with a run: so many of a runner's own need no assumption."""
DECIMALS = 4
ALL_GAITS = (Gait.RUN, Gait.WALK)
NO_ANCHOR = "no runs are confirmed as the usual"
TOO_SHORT = "less than five minutes of running, and no walk of a hundred strides, are known of both feet"


class UsualKind(StrEnum):
    """Which of a runner's healthy runs."""

    ANCHOR = "anchor"
    """Those that the runner has confirmed."""
    RECENT = "recent"
    """The last ones."""


SCATTER_RATIO: Mapping[str, float] = {CONTACT: 1.0, IMPACT: 5.0, PUSH_OFF: 2.5}
"""How much more than contact a metric is assumed to differ from run to run: as the smallest drifts that are told do."""


def scatters(parameters: Parameters = DEFAULTS) -> Mapping[str, Scatter]:
    """What is assumed of each metric."""
    sd_pct, weight = parameters.run_to_run_sd_pct, parameters.run_to_run_weight
    return {metric: Scatter(ratio * sd_pct, weight) for metric, ratio in SCATTER_RATIO.items()}


Runs = Mapping[Key, tuple[Balance, ...]]


@dataclass(frozen=True, slots=True)
class Usual:
    """A runner's healthy runs in a shoe, with pods where they are.

    Parameters
    ----------
    day : the anchor's; None where none is confirmed.
    runs : by kind, then by gait and metric, oldest first.
    scatters : what is assumed of each metric.
    shoe, mount : of the run that is compared, as expected when it begins; see `Balance`.
    """

    day: date | None = None
    runs: Mapping[UsualKind, Runs] = field(default_factory=dict)
    scatters: Mapping[str, Scatter] = field(default_factory=dict)
    shoe: str | None = None
    mount: str | None = None

    def looked(self, windows: Iterable[Window], gaits: Sequence[Gait] = ALL_GAITS) -> Looked:
        """A run's contact against the anchor: of running, or of walking where nobody ran for long."""
        if self.day is None:
            return Looked(None, why=NO_ANCHOR)
        own = self.balance(windows, CONTACT, gaits)
        if own is None:
            return Looked(None, why=TOO_SHORT)
        return look(own, self._runs(UsualKind.ANCHOR, own, CONTACT), self.scatters.get(CONTACT))

    def baselines(
        self, windows: Iterable[Window], gaits: Sequence[Gait] = ALL_GAITS
    ) -> Iterator[tuple[UsualKind, str, Baseline, float]]:
        """Each kind's baseline in each metric, and half of the interval in which a run like this one is expected."""
        every = list(windows)
        for kind in UsualKind:
            for metric in COMPARED:
                own = self.balance(every, metric, gaits)
                runs = [] if own is None else [e for e in self._runs(kind, own, metric) if e.is_like(own)]
                found = baseline(runs, self.scatters.get(metric))
                if own is not None and found is not None:
                    yield kind, metric, found, found.half_width_pct(own.se_pct)

    def balance(self, windows: Iterable[Window], metric: str, gaits: Sequence[Gait] = ALL_GAITS) -> Balance | None:
        """A run's own, of the first of these gaits that there is enough of."""
        known = balances(windows, "", datetime.min, shoe=self.shoe, mount=self.mount)
        return next((known[gait, metric] for gait in gaits if (gait, metric) in known), None)

    def _runs(self, kind: UsualKind, own: Balance, metric: str) -> Sequence[Balance]:
        return self.runs.get(kind, {}).get((own.gait, metric), ())

    def to_json(self) -> dict[str, Any]:
        """As JSON, with rounded numbers; a run is always compared with what was read from there."""
        return {
            "day": None if self.day is None else self.day.isoformat(),
            "shoe": self.shoe,
            "mount": self.mount,
            "scatters": {key: [each.sd_pct, each.weight] for key, each in self.scatters.items()},
            "runs": {
                kind: {f"{gait} {metric}": list(map(_row, found)) for (gait, metric), found in runs.items()}
                for kind, runs in self.runs.items()
            },
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Usual:
        """Inverse of `to_json`; KeyError, TypeError or ValueError if it is malformed."""
        shoe, mount = fields["shoe"], fields["mount"]
        runs: dict[UsualKind, Runs] = {}
        for kind, kept in fields["runs"].items():
            keys = {text: text.split(" ", 1) for text in kept}
            runs[UsualKind(kind)] = {
                (Gait(gait), metric): tuple(
                    Balance(run, datetime.fromisoformat(at), Gait(gait), value_pct, se_pct, speed_mps, shoe,
                            mount_for(metric, mount))
                    for run, at, value_pct, se_pct, speed_mps in kept[text]
                )
                for text, (gait, metric) in keys.items()
            }  # fmt: skip
        scatters = {key: Scatter(sd_pct, weight) for key, (sd_pct, weight) in fields["scatters"].items()}
        day = fields["day"]
        return cls(None if day is None else date.fromisoformat(day), runs, scatters, shoe, mount)


def _row(each: Balance) -> list[Any]:
    speed_mps = None if each.speed_mps is None else round(each.speed_mps, DECIMALS)
    return [
        each.run,
        each.started.isoformat(),
        round(each.value_pct, DECIMALS),
        round(each.se_pct, DECIMALS),
        speed_mps,
    ]


NOTHING_KNOWN = Usual()
"""Of a runner who has confirmed none, and has no healthy runs."""
