"""What the documentation says of the code is what the code says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic import SecretStr

from surefoot.analysis.findings import Kind
from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS, Metric
from surefoot.service.cli.main import app
from surefoot.service.configuration import variable
from surefoot.service.settings import Settings, setting_types
from surefoot.service.store.schema import EXPORTED_TABLES
from surefoot.service.store.service_status import RecordingStatus, ServiceStatus, SinkStatus
from surefoot.service.views.service_metrics import metrics_text

ROOT = Path(__file__).parents[1]
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md")}
TEXTS = PAGES | {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = {"base": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}


def row(metric: Metric) -> str:
    """A metric's line in the table."""
    run, walk = (span(metric, limits) for limits in (metric.typical_run, metric.typical_walk))
    return f"| `{metric.key}` | {metric.description} {metric.definition} | {run} | {walk} |"


def span(metric: Metric, limits: tuple[float, float] | None) -> str:
    """A range in the unit that people read."""
    if limits is None:
        return "–"
    low, high = (f"{limit * metric.scale:g}".replace("-", "−") for limit in limits)
    return f"{low} to {high} {metric.unit}"


def package(requirement: str) -> str:
    """The name in a requirement."""
    return re.split(r"[<>=\[]", requirement)[0]


@pytest.mark.parametrize("metric", [CADENCE, *STRIDE_METRICS.values()], ids=lambda metric: metric.key)
def test_every_metric_stands_in_its_table_as_in_the_registry(metric: Metric) -> None:
    assert row(metric) in PAGES["docs/metrics.md"]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_finding_is_explained(kind: Kind) -> None:
    assert f"| `{kind}` |" in PAGES["docs/findings.md"]


@pytest.mark.parametrize("path", list(setting_types()), ids=".".join)
def test_every_setting_has_its_line_with_variable_and_default(path: tuple[str, ...]) -> None:
    assert f"| `{'.'.join(path)}` | `{variable(path)}` | {default(path)} |" in PAGES["docs/reference/settings.md"]


def default(path: tuple[str, ...]) -> str:
    """A setting's default as the table has it."""
    value: Any = Settings()
    for part in path:
        value = getattr(value, part)
    if path == ("data",) or value in (None, ()) or isinstance(value, SecretStr):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else f'{value:g}' if isinstance(value, float) else value}`"


@pytest.mark.parametrize("extra", [extra for extra in EXTRAS if extra != "all"])
def test_every_dependency_has_its_line(extra: str) -> None:
    for requirement in EXTRAS[extra]:
        name = package(requirement)
        assert name == "surefoot" or f"| {name} | {extra} |" in PAGES["docs/reference/dependencies.md"], requirement


def test_the_constraints_pin_everything_that_is_installed_with_surefoot() -> None:
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE))
    names = {package(each) for extra, needs in EXTRAS.items() if extra not in {"dev", "docs"} for each in needs}
    assert names - {"surefoot"} <= pinned.keys()


@pytest.mark.parametrize("source", EXPORTED_TABLES)
def test_every_measurement_is_named(source: str) -> None:
    assert f"| `{source}` |" in PAGES["docs/reference/influxdb.md"]


def commands(group: Any, above: str) -> set[str]:
    """Every command of the command line, with the words that lead to it; a group may be one by itself."""
    found: set[str] = set()
    for name, command in group.commands.items():
        is_group = hasattr(command, "commands")
        found |= commands(command, f"{above} {name}") if is_group else set()
        found |= {f"{above} {name}"} if not is_group or command.callback.__doc__ else set()
    return found


def test_every_command_is_listed() -> None:
    listed = set(re.findall(r"^\| `(surefoot [a-z ]+)` \|", PAGES["docs/reference/commands.md"], re.MULTILINE))
    assert listed == commands(typer.main.get_command(app), "surefoot")


def test_the_commands_of_every_text_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = {
        (name, target) for name, text in TEXTS.items() for target in re.findall(r"(?:`|^)make ([a-z-]+)", text, re.M)
    }
    assert [each for each in sorted(named) if f"\n{each[1]}:" not in makefile] == []


def test_every_metric_of_the_service_is_explained(tmp_path: Path) -> None:
    status = ServiceStatus("1", 0.0, 0.0, True, RecordingStatus(lag_s=1.0), (SinkStatus("mqtt", "", 0, 0),))
    shown = metrics_text(tmp_path / "store", status)
    names = re.findall(r"^# TYPE (\w+) ", shown, re.MULTILINE)
    explained = re.findall(r"^\| `(surefoot_\w+)` \|", PAGES["docs/guides/operator.md"], re.MULTILINE)
    assert sorted(explained) == sorted(names)
