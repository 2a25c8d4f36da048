"""Reports of recorded runs as HTML, and as PDF printed by a browser."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from surefoot.analysis.track import JoinedTrack
from surefoot.analysis.weeks.usual import NOTHING_KNOWN
from surefoot.dashboards.data_source import AnalysedRun
from surefoot.dashboards.report.page import report_html
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.private_files import private_opener
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.sensor_ingest.watches.kept_track import kept_track
from surefoot.service import VERSION
from surefoot.service.errors.output import BrowserError, OutputError
from surefoot.service.pipeline.analysis import Analysis
from surefoot.service.pipeline.kept_usual import kept_usual

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
HEADLESS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
PRINT_TIMEOUT_S = 60.0


def recorded_run(analysis: Analysis, runner: str, run: RunFolder) -> AnalysedRun:
    """An analysis of a runner's run as the views' data, with the watch's track that is kept with it."""
    return recorded(analysis, runner, run.manifest, kept_track(run, runner))


def recorded(
    analysis: Analysis, runner: str = "", run: Manifest | None = None, track: JoinedTrack | None = None
) -> AnalysedRun:
    """An analysis as the views' data; of the runner with an id in a run."""
    usual = NOTHING_KNOWN if run is None else kept_usual(run, runner)
    return AnalysedRun(
        runner,
        runner if run is None else run.names[runner],
        None if run is None else run.run_id,
        None if run is None else run.created_utc,
        VERSION,
        analysis.results,
        analysis.summary,
        analysis.quality,
        run is not None and run.ended,
        track,
        looked=None if usual.day is None else usual.looked(analysis.results.windows),
    )


def write_reports(runs: Mapping[str, AnalysedRun], file: Path, *, pdf: bool = False) -> list[Path]:
    """Write each runner's report, for its owner alone; of several, each file name gets the id. Returns the files.

    Raises
    ------
    OutputError, BrowserError
        where a file cannot be written, or there is no browser for a PDF.
    """
    browser = find_browser() if pdf else None
    written = [file if len(runs) == 1 else file.with_stem(f"{file.stem}-{name}") for name in runs]
    for path, run in zip(written, runs.values(), strict=True):
        if browser is None:
            write_page(path, report_html(run))
        else:
            print_page(browser, report_html(run), path)
    return written


def find_browser() -> str:
    """Path of a browser for printing; BrowserError where there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise BrowserError("none of Chromium, Chrome and Edge was found")
    return found


def write_page(path: Path, text: str) -> None:
    """Write a page for its owner alone; OutputError where it cannot be written."""
    try:
        with open(path, "w", encoding="utf-8", opener=private_opener) as file:
            file.write(text)
    except OSError as error:
        raise OutputError(path, error.strerror or type(error).__name__) from error


def print_page(browser: str, text: str, path: Path) -> None:
    """Print a page as PDF for its owner alone; BrowserError where the browser fails."""
    with TemporaryDirectory(prefix="surefoot-") as folder:
        page = Path(folder) / "report.html"
        page.write_text(text, encoding="utf-8")
        command = [browser, *HEADLESS, f"--user-data-dir={folder}/profile", "--no-pdf-header-footer",
                   f"--print-to-pdf={path.resolve()}", page.as_uri()]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=PRINT_TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise BrowserError(f"{browser} did not end within {PRINT_TIMEOUT_S:.0f} s") from error
    if done.returncode or not path.exists():
        raise BrowserError(f"{browser} failed")
    os.close(private_opener(str(path), os.O_RDONLY))
