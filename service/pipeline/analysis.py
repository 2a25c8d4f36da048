"""Analysis of one runner's recordings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from surefoot.analysis.clock_offset import typical_offset_s
from surefoot.analysis.foot_pod_session import FootPodSession
from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.parameters import DEFAULTS, Parameters
from surefoot.analysis.sample_checks import GyrUnit
from surefoot.analysis.session import Results, Session
from surefoot.analysis.summary import not_compared, summarise
from surefoot.analysis.time_watched import time_watched
from surefoot.sensor_ingest.files.cleaning import Recording
from surefoot.sensor_ingest.files.csv_reader import read_csv
from surefoot.sensor_ingest.files.statements import NOTHING_SAID, Statements
from surefoot.service.errors.recordings import FeetApartError, NoRecordingError, SameRecordingError
from surefoot.service.pipeline.data_quality import DataQuality, assess, comparison_notes
from surefoot.service.pipeline.sampling_stats import SamplingStats
from surefoot.service.pipeline.sides import AS_GIVEN, FILES_QUESTION, Sides, odd_foot_question, without_sided

CHUNK_S = 60.0
"""Recording time analysed at once: long enough to be fast, short enough to need little memory."""
READING_SHARE = 0.8
"""Share of the work that is reading the files."""

ProgressCallback = Callable[[str, float], None]
"""Called with what is being done and the share of all the work that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """One runner's results, summary and data quality; `quality` has the feet that were recorded."""

    quality: Mapping[Foot, DataQuality]
    results: Results
    summary: Mapping[str, float | None]
    parameters: Parameters = DEFAULTS


def analyze_files(
    files: Mapping[Foot, Path],
    progress: ProgressCallback,
    parameters: Parameters = DEFAULTS,
    sides: Sides = AS_GIVEN,
    clock_sd_s: float | None = None,
    said: Statements = NOTHING_SAID,
) -> Analysis:
    """Analyse one CSV file per foot; `sides` and `said` are what the person says about theirs, `clock_sd_s` as of a
    `Session`.

    Raises
    ------
    RequestError
        if no file is given, one recording for both feet, or two that do not overlap in time.
    sensor_ingest.errors.RecordingError
        if a file cannot be used.
    """
    if not files:
        raise NoRecordingError
    recordings = {}
    for k, (foot, path) in enumerate(files.items()):
        step = _reading(progress, f"Reading {path.name}", k, len(files))
        recordings[foot] = read_csv(path, foot, said=said, progress=step)
    _check_different(files, recordings)
    check_overlap(recordings)

    def found(done: float) -> None:
        progress("Finding strides", READING_SHARE + (1.0 - READING_SHARE) * done)

    return analyze(recordings, found, parameters=parameters, sides=sides, clock_sd_s=clock_sd_s)


def analyze(
    recordings: Mapping[Foot, Recording],
    progress: Callable[[float], None] = lambda _: None,
    unit: GyrUnit | None = None,
    parameters: Parameters = DEFAULTS,
    sides: Sides = AS_GIVEN,
    clock_sd_s: float | None = None,
) -> Analysis:
    """Analyse one runner's recordings by foot; `progress` is called with the share done, 0 to 1, `clock_sd_s` as of a
    `Session`."""
    recordings = sides.applied(recordings)
    samples = {foot: recording.samples for foot, recording in recordings.items()}
    session = Session(
        tuple(samples), unit=unit, parameters=parameters, sides_confirmed=sides.confirmed, clock_sd_s=clock_sd_s
    )
    found = []
    total, done = sum(len(rows) for rows in samples.values()), 0
    for chunk in chunks(samples, CHUNK_S):
        found.append(session.push(chunk))
        done += len(chunk)
        progress(done / total)
    found.append(session.flush())
    readings = {foot: SamplingStats.from_recording(recording) for foot, recording in recordings.items()}
    return conclude(readings, session, Results.join(found), _file_questions(session, tuple(samples), sides))


def _file_questions(session: Session, feet: Collection[Foot], sides: Sides) -> dict[Foot, str]:
    """What to ask about the sides of files, by foot."""
    if session.pods_in_question:
        return dict.fromkeys(feet, FILES_QUESTION)
    asked = {foot: odd_foot_question(session.rolled_in_deg[foot], foot) for foot in feet if not sides.confirmed}
    return {foot: question for foot, question in asked.items() if question}


def conclude(
    readings: Mapping[Foot, SamplingStats],
    session: Session | FootPodSession,
    results: Results,
    questions: Mapping[Foot, str] = MappingProxyType({}),
) -> Analysis:
    """Results with summary and data quality, the latter from sampling statistics by foot and what the session knows.

    What turns round with the side of a foot is withheld while there is a question about it.
    """
    results = without_sided(results, questions)
    paired, watched = len(readings) > 1, time_watched(results.strides)
    quality = {
        foot: assess(
            found,
            session.mountings[foot],
            results.strides[foot],
            watched[foot],
            paired=paired,
            rolled_in_deg=session.rolled_in_deg[foot],
            question=questions.get(foot, ""),
            clock_offset_s=typical_offset_s(results.strides[foot], results.strides[foot.other]) if paired else np.nan,
        )
        for foot, found in readings.items()
    }
    told = comparison_notes(
        not_compared(results.windows),
        {foot: each.sampling_rate_hz for foot, each in quality.items()},
        session.mountings,
    )
    quality = {foot: replace(each, notes=(*each.notes, *told)) for foot, each in quality.items()}
    return Analysis(quality, results, summarise(results, session.parameters), session.parameters)


def chunks(samples: Mapping[Foot, Samples], chunk_s: float) -> Iterator[Samples]:
    """Samples of all feet in chunks of `chunk_s`, feet in turn; long gaps are skipped."""
    row = dict.fromkeys(samples, 0)
    while waiting := [foot for foot in samples if row[foot] < len(samples[foot])]:
        end_s = min(samples[foot].time_s[row[foot]] for foot in waiting) + chunk_s
        for foot in waiting:
            stop = int(np.searchsorted(samples[foot].time_s, end_s))
            if stop > row[foot]:
                yield samples[foot][row[foot] : stop]
                row[foot] = stop


def _reading(progress: ProgressCallback, step: str, k: int, files: int) -> Callable[[float], None]:
    return lambda done: progress(step, READING_SHARE * (k + done) / files)


def _check_different(files: Mapping[Foot, Path], recordings: Mapping[Foot, Recording]) -> None:
    """SameRecordingError if both feet have the same readings; one file may have both feet's."""
    if len(recordings) < 2:
        return
    left, right = (recordings[foot].samples for foot in (Foot.LEFT, Foot.RIGHT))
    if np.array_equal(left.time_s, right.time_s) and np.array_equal(left.acc_mps2, right.acc_mps2):
        raise SameRecordingError(files[Foot.LEFT], files[Foot.RIGHT])


def check_overlap(recordings: Mapping[Foot, Recording]) -> None:
    """FeetApartError if two recordings have no moment in common."""
    if len(recordings) < 2:
        return
    left_s, right_s = (
        (float(recordings[foot].samples.time_s[0]), float(recordings[foot].samples.time_s[-1]))
        for foot in (Foot.LEFT, Foot.RIGHT)
    )
    if max(left_s[0], right_s[0]) >= min(left_s[1], right_s[1]):
        raise FeetApartError(left_s, right_s)
