"""Tables as Parquet files that say what their columns are, of which run and of which recording."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping

import pyarrow
from pyarrow import parquet

from surefoot.dashboards.data_source import AnalysedRun
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.formats.tables import Column, Table

TYPES = {float: pyarrow.float64(), int: pyarrow.int64(), str: pyarrow.string()}


def recording_sha256(run: RunFolder) -> str:
    """Digest of a run's recording, which names the data that results are of."""
    with run.journal_path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def parquet_bytes(table: Table, run: AnalysedRun, recording: str) -> bytes:
    """A table of a run; what is not known is null.

    Parameters
    ----------
    recording : digest of the recording.
    """
    schema = pyarrow.schema([_field(column) for column in table.columns], metadata=_about(table, run, recording))
    arrays = [pyarrow.array(column.values, type=TYPES[column.kind]) for column in table.columns]
    file = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), file)
    return file.getvalue()


def _field(column: Column) -> pyarrow.Field:
    """A column's name, type, and what the registry says of its metric."""
    metric = column.metric
    about = {"unit": column.unit, "meaning": column.meaning}
    if metric is not None:
        about |= {"metric": metric.key, "label": metric.label, "description": metric.description}
        about |= {"definition": metric.definition, "source": metric.source}
    about = {name: text for name, text in about.items() if text}
    return pyarrow.field(column.name, TYPES[column.kind], metadata=about)


def _about(table: Table, run: AnalysedRun, recording: str) -> Mapping[str, str]:
    started = "" if run.started_utc is None else run.started_utc.isoformat()
    return {
        "surefoot": run.version,
        "table": table.name,
        "run": run.run or "",
        "runner": run.runner,
        "started_utc": started,
        "recording_sha256": recording,
    }
