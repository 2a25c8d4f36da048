"""Ending a run that was cut off and will not be continued."""

from __future__ import annotations

from surefoot.sensor_ingest.recording.entries import EndEntry, time_of
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.run_folder import RunFolder


def end_run(run: RunFolder) -> RunFolder:
    """Write down that nothing more will come; what cannot be read of its end is set aside.

    Raises
    ------
    RunBusyError
        if it is being recorded.
    """
    last_s = [0.0]
    with JournalWriter(run.journal_path, lambda entry: last_s.append(time_of(entry) or 0.0)) as journal:
        journal.append(EndEntry(max(last_s)))
    return run.marked_ended()
