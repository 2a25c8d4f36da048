"""Prometheus' text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


@dataclass(frozen=True, slots=True)
class MetricFamily:
    """One metric with its samples, each of its own labels."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    samples: Sequence[Sample]


def prometheus_text(families: Iterable[MetricFamily]) -> str:
    """The families that have samples, in order."""
    return "".join(_family_text(family) for family in families if family.samples)


def _family_text(family: MetricFamily) -> str:
    head = f"# HELP {family.name} {_escaped(family.help)}\n# TYPE {family.name} {family.kind}\n"
    return head + "".join(f"{family.name}{_label_text(labels)} {value!r}\n" for labels, value in family.samples)


def _label_text(labels: Labels) -> str:
    quoted = ",".join(f'{name}="{_quoted(value)}"' for name, value in labels.items())
    return f"{{{quoted}}}" if quoted else ""


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")
