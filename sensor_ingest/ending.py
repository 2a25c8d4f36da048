"""Ending a run that was cut off and will not be continued."""

from __future__ import annotations

from sensor_ingest.entries import EndEntry, time_of
from sensor_ingest.journal import JournalReader, JournalWriter, set_aside
from sensor_ingest.run_folder import RunFolder


def end_run(run: RunFolder) -> RunFolder:
    """Write down that nothing more will come; what cannot be read of its end is set aside.

    Raises
    ------
    RunBusyError
        if it is being recorded.
    """
    reader = JournalReader(run.journal_path)
    last_s = max((time_of(entry) or 0.0 for entry in reader), default=0.0)
    if reader.damage is not None and reader.damage.lost_bytes:
        set_aside(run.journal_path, reader.damage)
    with JournalWriter(run.journal_path, reader.good_bytes) as journal:
        journal.append(EndEntry(last_s))
    return run.marked_ended()
