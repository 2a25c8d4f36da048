"""What the README says of the code is what the code says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS, Metric

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def row(metric: Metric) -> str:
    """A metric's line in the README's table."""
    run, walk = (span(metric, limits) for limits in (metric.typical_run, metric.typical_walk))
    return f"| `{metric.key}` | {metric.description} {metric.definition} | {run} | {walk} |"


def span(metric: Metric, limits: tuple[float, float] | None) -> str:
    """A range in the unit that people read."""
    if limits is None:
        return "–"
    low, high = (f"{limit * metric.scale:g}".replace("-", "−") for limit in limits)
    return f"{low} to {high} {metric.unit}"


@pytest.mark.parametrize("metric", [CADENCE, *STRIDE_METRICS.values()], ids=lambda metric: metric.key)
def test_every_metric_stands_in_the_readme_as_in_the_registry(metric: Metric) -> None:
    assert row(metric) in README


@pytest.mark.parametrize(
    "group", [PROJECT["dependencies"], PROJECT["optional-dependencies"]["dev"]], ids=["run", "dev"]
)
def test_every_dependency_has_its_line(group: list[str]) -> None:
    for requirement in group:
        name = re.split(r"[<>=\[]", requirement)[0]
        assert f"| {name} |" in README, requirement


def test_the_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make ([a-z-]+)", README)):
        assert f"\n{target}:" in makefile, target
