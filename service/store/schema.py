"""Tables of the store that are exported; `migrations` creates them.

Exported tables are append-only and their `seq` only grows, so one cursor per table is all that an exporter must keep.
Whoever writes looks up whether a result is there already; the natural keys of the tables only guard that.
"""

from __future__ import annotations

EXPORTED_TABLES = (
    "runs",
    "strides",
    "windows",
    "live",
    "baselines",
    "findings",
    "pod_health",
    "companions",
    "summaries",
    "alerts",
)
"""Tables with a `seq`, in the order in which they are exported: a run is announced before its rows."""
ALERTS = "alerts"
REPLACED_TABLES = tuple(table for table in EXPORTED_TABLES if table != ALERTS)
"""Tables whose rows of a run are replaced when it is analysed again; what people were told stays."""
FIRST_GENERATION = 1
"""Stored with each result. Every analysis of a whole run from its recording is the next generation of the run."""
