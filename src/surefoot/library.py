"""The library's door: files or samples of one or both feet in, tables out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from surefoot.analysis.findings import Finding, latest
from surefoot.analysis.model import Bout, Estimate, Flag, Foot, Samples, Strides, Window
from surefoot.analysis.parameters import DEFAULTS, Parameters
from surefoot.analysis.sample_checks import GyrUnit
from surefoot.sensor_ingest.files import csv_reader
from surefoot.sensor_ingest.files.cleaning import Recording
from surefoot.service.pipeline import analysis as pipeline
from surefoot.service.pipeline.data_quality import DataQuality
from surefoot.tables import NamedTable, Row, Table

Source = Recording | Samples | str | PathLike[str]
"""One foot's readings: from `read_csv`, as arrays, or a CSV file's path."""


@dataclass(frozen=True, slots=True, repr=False)
class Analysis:
    """A run, analysed; every part has `to_dataframe()`, which needs pandas.

    Parameters
    ----------
    strides : foot → its strides; `strides["left"].metrics["ground_contact_time_s"]` is an array, one value a stride.
    windows : both feet over 30 s each, medians with 95 % intervals; the data frame has a row for each number.
    bouts : stretches of running, walking, standing still and anything else.
    findings : what is worth reporting, each in its latest revision.
    summary : the whole run in numbers; None for what is not known.
    quality : foot → rate, loss, clipping, mounting and notes.
    """

    strides: NamedTable[Foot, Strides]
    windows: Table[Window]
    bouts: Table[Bout]
    findings: Table[Finding]
    summary: NamedTable[str, float | None]
    quality: NamedTable[Foot, DataQuality]

    def __repr__(self) -> str:
        strides = ", ".join(f"{len(rows)} {foot}" for foot, rows in self.strides.items())
        parts = (self.windows, self.bouts, self.findings)
        return f"<Analysis: strides {strides}; {', '.join(repr(part)[1:-1] for part in parts)}>"


def read_csv(path: str | PathLike[str], foot: Foot | str) -> Recording:
    """Read one foot's recording from a CSV file; what was found and repaired is in its notes.

    Parameters
    ----------
    path : file with the columns time_s, acc_{x,y,z}_mps2 and, optionally, gyr_{x,y,z}_radps.
    foot : "left" or "right".

    Raises
    ------
    surefoot.sensor_ingest.errors.RecordingError
        when the file cannot be used; its text is one sentence.
    """
    return csv_reader.read_csv(Path(path), Foot(foot))


def analyze(
    left: Source | None = None,
    right: Source | None = None,
    *,
    unit: GyrUnit | None = None,
    parameters: Parameters = DEFAULTS,
    clock_sd_s: float | None = None,
) -> Analysis:
    """Analyse the recording of one foot or of both, on the same time axis.

    Parameters
    ----------
    left, right : what `read_csv` gave, `Samples`, or the path of a CSV file.
    unit : "rad/s" or "deg/s", of the angular rate in `Samples`; by default rad/s, and values that are no foot's in
        rad/s are refused. Files are told apart by their values.
    parameters : thresholds and window lengths to analyse with.
    clock_sd_s : how well the two recordings' clocks agree, as a standard deviation in seconds; 0 where both were
        stamped by one. By default nothing is known: intervals of step and flight allow for ±2 % of a stride, the most
        that would go unnoticed.

    Raises
    ------
    ValueError
        where no foot is given, samples are of the other foot, or are no samples of a foot in SI units.
    surefoot.sensor_ingest.errors.RecordingError
        where a file cannot be used.
    surefoot.service.errors.RequestError
        where the two recordings have no moment in common.
    """
    given = {foot: source for foot, source in ((Foot.LEFT, left), (Foot.RIGHT, right)) if source is not None}
    if not given:
        raise ValueError("analyze: give left, right or both")
    recordings = {foot: _recording(foot, source, unit) for foot, source in given.items()}
    pipeline.check_overlap(recordings)
    found = pipeline.analyze(
        recordings, unit=None if unit is None else "rad/s", parameters=parameters, clock_sd_s=clock_sd_s
    )
    results = found.results
    return Analysis(
        NamedTable("strides", results.strides, _stride_rows),
        Table("windows", results.windows, _window_rows),
        Table("bouts", results.bouts, lambda bout: [{**asdict(bout), "kind": str(bout.kind)}]),
        Table("findings", latest(results.findings), lambda finding: [asdict(finding)]),
        NamedTable("summary", found.summary, lambda item: [{"key": item[0], "value": item[1]}]),
        NamedTable("quality", found.quality, lambda item: [{"foot": str(item[0]), **asdict(item[1])}]),
    )


def _recording(foot: Foot, source: Source, unit: GyrUnit | None) -> Recording:
    if isinstance(source, Samples):
        source = Recording.from_samples(source.in_radps() if unit == "deg/s" else source)
    recording = source if isinstance(source, Recording) else read_csv(source, foot)
    if recording.samples.foot is not foot:
        raise ValueError(f"analyze: {foot}= was given samples of the {recording.samples.foot} foot")
    return recording


def _stride_rows(item: tuple[Foot, Strides]) -> Iterator[Row]:
    foot, strides = item
    columns: Mapping[str, Any] = {
        "initial_contact_s": strides.initial_contact_s,
        "terminal_contact_s": strides.terminal_contact_s,
        "next_initial_contact_s": strides.next_initial_contact_s,
        "gait": ["run" if running else "walk" for running in strides.running],
        "confidence": strides.confidence,
        "flags": [", ".join(flag.name.lower() for flag in Flag(int(bits)) if flag.name) for bits in strides.flags],
        **strides.metrics,
    }
    for values in zip(*columns.values(), strict=True):
        yield {"foot": str(foot), **dict(zip(columns, values, strict=True))}


def _window_rows(window: Window) -> Iterator[Row]:
    """One row for each number: `of` is left, right, both, asymmetry_pct or difference."""
    tables: Mapping[str, Mapping[str, Estimate]] = {
        "both": {"cadence_spm": window.cadence_spm},
        **{str(foot): estimates for foot, estimates in window.feet.items()},
        "asymmetry_pct": window.asymmetry_pct,
        "difference": window.difference,
    }
    for of, estimates in tables.items():
        for key, estimate in estimates.items():
            where = {"start_s": window.start_s, "end_s": window.end_s, "gait": str(window.gait)}
            yield {**where, "of": of, "metric": key, **asdict(estimate)}
