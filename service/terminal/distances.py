"""How long a run was: by the pods, as stated, and what has been learnt from such."""

from __future__ import annotations

import re

from surefoot.dashboards.report.splits import pod_distance_m
from surefoot.sensor_ingest.formatting import pluralize
from surefoot.service.errors.runs import LengthError
from surefoot.service.people.speed_scales import scale_of_run, stated
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader

METRES = {"m": 1.0, "km": 1000.0, "mi": 1609.344}
MIN_M, MAX_M = 100.0, 500_000.0
_LENGTH = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(m|km|mi)\s*")


def length_m(text: str) -> float:
    """A length such as "10km" in metres; LengthError where it is none, or no run's."""
    known = _LENGTH.fullmatch(text)
    found_m = 0.0 if known is None else float(known[1].replace(",", ".")) * METRES[known[2]]
    if not MIN_M <= found_m <= MAX_M:
        raise LengthError(text)
    return found_m


def run_distance_lines(settings: Settings, run: str, runner: str, stated_m: float | None) -> list[str]:
    """What the pods measured, what was stated, and the scale, a line each."""
    with StoreReader(settings.store_path) as reader:
        windows = reader.windows(run, runner)
    own_m, scale = pod_distance_m(windows), scale_of_run(settings, run, runner)
    lines = ["The pods measured no distance." if own_m is None else f"The pods measured {own_m / 1000.0:.2f} km."]
    if stated_m is not None:
        lines.append(f"You say that it was {stated_m / 1000.0:.2f} km.")
        if not any(each.is_plausible for each in stated(windows, stated_m)):
            lines.append("That is too far from what the pods measured to learn from.")
    if scale is None:
        return [*lines, "Nothing has taught yet by how much distances are off in this shoe."]
    taught = f"{scale.factor:.3f} (95 %: {scale.low:.3f} to {scale.high:.3f})"
    lines.append(f"Distances in this shoe are multiplied by {taught}, learnt from {pluralize(scale.levels, 'speed')}.")
    return lines if own_m is None else [*lines, f"So it was {scale.factor * own_m / 1000.0:.2f} km."]
