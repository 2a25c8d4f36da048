"""Colours of the boards, legible on Grafana's dark and light themes."""

from __future__ import annotations

from surefoot.analysis.findings import Kind, Severity

LEFT, RIGHT = "#3a8fd6", "#d9731f"
"""Blue and orange are distinguishable with every kind of colour vision; right is also dashed."""
BOTH = "#8a97a5"
REFERENCE = "#3f9b63"
TYPICAL = "rgba(63, 155, 99, 0.13)"
STALE = "rgba(128, 136, 144, 0.29)"
"""Below an alpha of 0.3 Grafana writes on it in the colour of the theme, else as on an opaque colour."""
OUTSIDE = "#c77700"
CLEAR = "transparent"
RANK_COLOURS = ("#8a97a5", "#b28a00", "#d9731f", "#e0405e")
"""By severity rank, 0 to 3."""
SEVERITY_COLOURS = {severity.value: RANK_COLOURS[severity.rank] for severity in Severity}
KIND_COLOURS = dict(
    zip(
        Kind,
        ("red", "blue", "purple", "orange", "yellow", "green", "light-blue", "light-orange", "light-purple"),
        strict=True,
    )
)
"""Grafana's own names, which it has a shade of for each theme."""
