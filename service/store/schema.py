"""Tables of the store that are exported; `migrations` creates them.

Exported tables are append-only and their `seq` only grows, so one cursor per table is all that an exporter must keep.
Rows have natural keys, so inserts are idempotent.
"""

from __future__ import annotations

EXPORTED_TABLES = ("runs", "strides", "windows", "live", "findings", "pod_health", "summaries", "alerts")
"""Tables with a `seq`, in the order in which they are exported: a run is announced before its rows."""
