"""CSV import of one foot's recording, in blocks, so that a day of data fits in memory."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.cleaning import Recording, clean
from surefoot.sensor_ingest.files.columns import Table
from surefoot.sensor_ingest.files.csv_header import parse_header
from surefoot.sensor_ingest.files.csv_rows import RowBuffer
from surefoot.sensor_ingest.files.errors import FileUnreadableError, NoDataError, NotTextError, RecordingError

_BLOCK_BYTES = 8 << 20
_MAGIC = {
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a ZIP archive or a spreadsheet",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}
_JSON = re.compile(rb'(\xef\xbb\xbf)?\s*(\{\s*["}]|\[\s*(["{\]\[\d-]|$))')
"""An object or an array; a row of a CSV file begins with neither."""


def read_csv(path: Path, foot: Foot, *, progress: Callable[[float], None] | None = None) -> Recording:
    """Read and clean one foot's recording.

    Columns may be in any order and among others, separated by commas, semicolons or tabs. Times stay on the file's own
    clock; seconds since 1970 are resolved to 0.2 µs.

    Parameters
    ----------
    path : file with the columns time_s, acc_{x,y,z}_mps2 and, optionally, gyr_{x,y,z}_radps.
    progress : called with the share of the file read so far, 0 to 1.

    Raises
    ------
    RecordingError
        if the file cannot be used; its text is one sentence that names the file.
    """
    try:
        table, notes = _read_table(path, progress or (lambda _: None))
        return clean(table, foot, notes)
    except RecordingError as error:
        error.path = path
        raise
    except OSError as error:
        unreadable = FileUnreadableError(error.strerror or type(error).__name__)
        unreadable.path = path
        raise unreadable from error


def _read_table(path: Path, progress: Callable[[float], None]) -> tuple[Table, tuple[str, ...]]:
    if not stat.S_ISREG(path.stat().st_mode):  # what is opened otherwise may never end
        raise FileUnreadableError("it is a folder" if path.is_dir() else "it is not a file")
    rows: RowBuffer | None = None
    with path.open("rb") as file:
        total = os.fstat(file.fileno()).st_size
        done = 0
        for raw in _blocks(file):
            done += len(raw)
            fraction = done / max(total, done)
            text = _decode(raw)
            if rows is None:
                rows, text = _begin_rows(text)
            rows.add_block(text, fraction)
            progress(fraction)
    if rows is None or rows.count == 0:
        raise NoDataError("the file is empty" if rows is None else "the file has a header but no readings")
    return rows.table, rows.notes


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


def _decode(raw: bytes) -> str:
    for magic, name in _MAGIC.items():
        if raw.startswith(magic):
            raise NotTextError(name)
    if _JSON.match(raw):
        raise NotTextError("JSON")
    if b"\0" in raw:
        raise NotTextError("binary data")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotTextError("binary data or text in another encoding") from error
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _begin_rows(text: str) -> tuple[RowBuffer, str]:
    """An empty buffer for the header, which is the first line that is not blank or a # comment; the text after it."""
    line = 1
    while text:
        first, _, text = text.partition("\n")
        line += 1
        if first.strip("\ufeff \t") and not first.lstrip("\ufeff ").startswith("#"):
            return RowBuffer(parse_header(first), line), text
    raise NoDataError("the file is empty")
