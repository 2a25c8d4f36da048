"""Tables of the store that are exported; `migrations` creates them.

Exported tables are append-only and their `seq` only grows, so one cursor per table is all that an exporter must keep.
Whoever writes looks up whether a result is there already; the natural keys of the tables only guard that.
"""

from __future__ import annotations

EXPORTED_TABLES = ("runs", "strides", "windows", "live", "findings", "pod_health", "summaries", "alerts")
"""Tables with a `seq`, in the order in which they are exported: a run is announced before its rows."""
ANALYSIS_GENERATION = 1
"""Stored with each result; raised by a change after which results of earlier generations are to be replaced whole."""
