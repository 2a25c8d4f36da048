"""Import of one foot's recording from text files, in blocks, so that a day of data fits in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.sensor_ingest.files.cleaning import Recording, clean
from surefoot.sensor_ingest.files.csv_header import encoding_of, find_header
from surefoot.sensor_ingest.files.csv_rows import RowBuffer
from surefoot.sensor_ingest.files.devices import choose, side_of
from surefoot.sensor_ingest.files.errors import FileUnreadableError, NoDataError, NotTextError, RecordingError
from surefoot.sensor_ingest.files.joining import Part, join, split_own_rows
from surefoot.sensor_ingest.files.layout import Layout
from surefoot.sensor_ingest.files.layout_errors import FootUntoldError, NoAccelerationError
from surefoot.sensor_ingest.files.movesense import LAYOUT as MOVESENSE
from surefoot.sensor_ingest.files.movesense import MAX_BYTES, parse_movesense
from surefoot.sensor_ingest.files.sources import DAMAGED, Source, sources_of
from surefoot.sensor_ingest.files.statements import NOTHING_SAID, Statements, files_of

_BLOCK_BYTES = 1 << 20
_HEAD_BYTES = 1 << 16
_MAGIC = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet",
}
_JSON = re.compile(rb'(\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*(["{\]\[\d-]|$))')
"""An object or an array; a row of a CSV file begins with neither."""


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file's readings as numbers in SI units, before any repair."""

    source: Source
    layout: Layout
    part: Part
    notes: tuple[str, ...]


def read_csv(
    path: Path, foot: Foot, *, said: Statements = NOTHING_SAID, progress: Callable[[float], None] | None = None
) -> Recording:
    """Read and clean one foot's recording.

    Columns may be in any order and among others, separated by commas, semicolons or tabs. Times stay on the file's own
    clock; seconds since 1970 are resolved to 0.2 µs.

    Parameters
    ----------
    path : file with times and acceleration and, where measured, angular rates; or two files between commas, one of each
        sensor.
    said : what the person says of the file.
    progress : called with the share of the files read so far, 0 to 1.

    Raises
    ------
    RecordingError
        if the file cannot be used; its text is one sentence that names the file.
    """
    with sentences_about(path):
        return recording_of(read_files(path, foot, said, progress or (lambda _: None)), foot)


@contextmanager
def sentences_about(path: Path) -> Iterator[None]:
    """Errors in reading a file become sentences that name it."""
    try:
        yield
    except RecordingError as error:
        error.path = error.path or path
        raise
    except (OSError, *DAMAGED) as error:
        unreadable = FileUnreadableError(getattr(error, "strerror", None) or "it is damaged")
        unreadable.path = path
        raise unreadable from error


def read_files(path: Path, foot: Foot, said: Statements, progress: Callable[[float], None]) -> list[FileRead]:
    """The readings of each file that a path stands for."""
    sources = [source for each in files_of(path) for source in sources_of(each)]
    return [
        _read(source, foot, said, lambda done, k=k: progress((k + done) / len(sources)))  # type: ignore[misc]
        for k, source in enumerate(sources)
    ]


def first_lines(path: Path) -> list[str]:
    """The beginning of each file that a path stands for, as text; RecordingError if it cannot be read."""
    lines = []
    with sentences_about(path):
        for source in (source for each in files_of(path) for source in sources_of(each)):
            with source.opened() as (file, _):
                head = _head(file.read(_HEAD_BYTES).replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
            lines += head.decode(encoding_of(head), "replace").split("\n")
    return lines


def look_into(path: Path, said: Statements) -> frozenset[Foot]:
    """The feet that a file says it is of, by its columns or devices.

    Raises
    ------
    FootUntoldError
        if it says none, or not whose each device is.
    RecordingError
        if it is no recording.
    """
    rows = _first_rows(path, said)
    if rows is None:
        raise FootUntoldError
    if rows.layout.two_sided:
        return frozenset(Foot)
    feet, unclear = _sides(rows, said)
    if not feet or unclear:
        raise FootUntoldError(unclear)
    return feet


def unclear_devices(path: Path, said: Statements) -> tuple[str, ...]:
    """The devices of a file with several whose feet are neither told nor said; RecordingError if it is no recording."""
    rows = None if said.devices else _first_rows(path, said)
    return () if rows is None or len(rows.devices) < 2 else _sides(rows, said)[1]


def _sides(rows: RowBuffer, said: Statements) -> tuple[frozenset[Foot], tuple[str, ...]]:
    """The feet of a file's devices, and the devices whose foot is open as long as those of others are not both."""
    sides = {device: side_of(device, said.feet_of_devices) for device in rows.devices}
    feet = frozenset(foot for foot in sides.values() if foot)
    return feet, () if len(feet) == len(Foot) else tuple(device for device, foot in sides.items() if foot is None)


def _first_rows(path: Path, said: Statements) -> RowBuffer | None:
    """The first block of a file; None of one that is no CSV."""
    source = sources_of(files_of(path)[0])[0]
    with source.opened() as (file, _):
        raw = next(_blocks(file), b"")
    if not raw:
        raise NoDataError("the file is empty")
    if _JSON.match(raw[:_HEAD_BYTES]):
        return None
    _check_text(raw)
    rows, lines = _begin_rows(_with_line_feeds(raw), Foot.LEFT, source.name, said)
    if rows.layout.device is not None:
        rows.add_block(lines, 1.0)
    return rows


def recording_of(files: list[FileRead], foot: Foot) -> Recording:
    """The recording that one foot's files make together, cleaned."""
    parts = [part for each in files for part in split_own_rows(each.part)]
    if all(part.acc is None for part in parts):
        raise NoAccelerationError([name for each in files for name in each.layout.names])
    table, joined = join(parts)
    return clean(table, foot, (*dict.fromkeys(note for each in files for note in each.notes), *joined))


def _read(source: Source, foot: Foot, said: Statements, progress: Callable[[float], None]) -> FileRead:
    rows: RowBuffer | None = None
    done = 0
    with source.opened() as (file, size):
        if _JSON.match(file.peek(_HEAD_BYTES)[:_HEAD_BYTES]):
            return FileRead(source, MOVESENSE, parse_movesense(file.read(MAX_BYTES + 1)), MOVESENSE.notes)
        for raw in _blocks(file):
            done += len(raw)
            fraction = done / max(size, done) if size else 0.5
            if rows is None:
                _check_text(raw)
            lines = _with_line_feeds(raw)
            if rows is None:
                rows, lines = _begin_rows(lines, foot, source.name, said)
            if lines:
                rows.add_block(lines, fraction)
            progress(fraction)
    if rows is None or rows.count == 0:
        raise NoDataError("the file is empty" if rows is None else "the file has a header but no readings")
    return FileRead(source, rows.layout, *_part(rows, foot, said))


def _part(rows: RowBuffer, foot: Foot, said: Statements) -> tuple[Part, tuple[str, ...]]:
    layout, notes = rows.layout, list(rows.notes)
    if rows.header.said is not said:
        notes.append(f"As remembered of files with these columns: {rows.header.said.as_options}.")
    time = rows.columns_of(layout.time)
    time = np.arange(rows.count) / (rows.header.said.rate_hz or 1.0) if time is None else _unwrapped(time[:, 0], rows)
    part = Part(time, rows.columns_of(layout.acc), rows.columns_of(layout.gyr), rows.lines)
    if layout.device is None:
        return part, tuple(notes)
    column = layout.names[layout.device]
    device = choose(list(rows.devices), column, foot, said.devices.get(foot), said.feet_of_devices)
    if device is None:
        return part, tuple(notes)
    chosen = np.concatenate(rows.device) == rows.devices[device]
    remembered = ", as remembered" if device in said.known_devices and foot not in said.devices else ""
    notes.append(f"Of the {len(rows.devices)} devices in {column}, {device} is read{remembered}.")
    return part.take(chosen), tuple(notes)


def _unwrapped(time: Floats, rows: RowBuffer) -> Floats:
    """Times that go on where their counter, or the day, begins again."""
    period = rows.period * (1.0 if rows.clock or rows.layout.time is None else rows.layout.time.factor)
    if not period:
        return time
    step = np.diff(time)
    again = np.where(step < -0.5 * period, 1, np.where(step > 0.5 * period, -1, 0))
    return time + period * np.concatenate(([0], np.cumsum(again))) if again.any() else time


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The file in blocks of whole lines."""
    rest = b""
    while chunk := file.read(_BLOCK_BYTES):
        end = chunk.rfind(b"\n") + 1
        if end == 0 and len(rest) + len(chunk) > 2 * _BLOCK_BYTES:
            raise NotTextError("data without line breaks")
        if end:
            yield rest + chunk[:end]
            rest = chunk[end:]
        else:
            rest += chunk
    if rest:
        yield rest


def _check_text(raw: bytes) -> None:
    """Raise NotTextError if the beginning of a file is that of another kind."""
    for magic, name in _MAGIC.items():
        if raw.startswith(magic):
            raise NotTextError(name)


def _head(raw: bytes) -> bytes:
    """The first lines of a file."""
    return raw[: raw.rfind(b"\n", 0, _HEAD_BYTES) + 1] or raw


def _with_line_feeds(raw: bytes) -> bytes:
    """Text whose lines end in a line feed, whatever they ended in."""
    if b"\0" in raw:
        raise NotTextError("binary data")
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in raw else raw


def _begin_rows(raw: bytes, foot: Foot, file: str, said: Statements) -> tuple[RowBuffer, bytes]:
    """An empty buffer for the header, and what follows it."""
    head = _head(raw)
    encoding = encoding_of(head)
    header = find_header(head.decode(encoding, "replace").split("\n"), foot, file, said)
    after = raw.split(b"\n", header.lines)[header.lines :]
    return RowBuffer(header, header.lines + 1, encoding), after[0] if after else b""
