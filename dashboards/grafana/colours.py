"""Colours that keep their meaning on every board, legible on Grafana's dark and light themes."""

from __future__ import annotations

from surefoot.analysis.findings import Severity

LEFT, RIGHT = "#3a8fd6", "#d9731f"
"""Blue and orange, a pair that every kind of colour vision tells apart; right is dashed besides."""
BOTH = "#8a97a5"
REFERENCE = "#3f9b63"
TYPICAL = "rgba(63, 155, 99, 0.13)"
STALE = "rgba(128, 136, 144, 0.45)"
OUTSIDE = "#c77700"
CLEAR = "transparent"
RANK_COLOURS = ("#8a97a5", "#b28a00", "#d9731f", "#e0405e")
"""Of findings, from worth knowing to grave; words say the same."""
SEVERITY_COLOURS = {severity.value: RANK_COLOURS[severity.rank] for severity in Severity}
