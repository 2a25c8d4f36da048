"""The part of a view data source that knows of no recorded runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from surefoot.dashboards.data_source import AnalysedRun, ExportForm, RunListEntry, Worn


class NoRecordedRuns:
    """Base of sources that show only who runs now."""

    def runs(self) -> Sequence[RunListEntry]:
        """No recorded runs."""
        return ()

    def analysed_runs(self, run: str) -> Mapping[str, AnalysedRun]:
        """No recorded runs."""
        raise KeyError(run)

    def answer_whether_exchanged(self, run: str, runner: str, worn: Worn) -> None:  # noqa: ARG002
        """No recorded runs."""
        raise KeyError(run)

    def export_forms(self) -> Sequence[ExportForm]:
        """None."""
        return ()

    def export(self, run: str, runner: str, form: ExportForm, folder: Path) -> Path:  # noqa: ARG002
        """No recorded runs."""
        raise KeyError(run)
