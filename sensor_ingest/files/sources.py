"""Files as they come: plain, compressed, or packed with their like."""

from __future__ import annotations

import codecs
import gzip
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, cast

from surefoot.sensor_ingest.files.errors import FileUnreadableError, NotTextError
from surefoot.sensor_ingest.files.layout_errors import FolderGivenError, SeveralFilesError
from surefoot.sensor_ingest.files.workbook import opened_workbook

if TYPE_CHECKING:
    from typing_extensions import Buffer

DAMAGED = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError)
"""What reading a damaged or unusually packed file raises."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_WORKBOOK, _OPEN_DOCUMENT = "xl/workbook.xml", "content.xml"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_TEXT = (".csv", ".txt", ".tsv", ".json")
_PARTNERS = (r"(total)?acceler(ometer|ation)(uncalibrated)?\.csv", r"gyroscope(uncalibrated)?\.csv")
"""Accelerometer and gyroscope of one pod; of several that match, the longest name has gravity."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text file, on its own or in an archive, or a workbook, which is read as one."""

    path: Path
    member: str | None = None
    workbook: bool = False

    @property
    def name(self) -> str:
        """Name of the file, without folders and without the ending of its compression."""
        return Path(self.member or self.path.name).name.removesuffix(".gz")

    @contextmanager
    def opened(self) -> Iterator[tuple[BufferedReader, int | None]]:
        """The file, unpacked and not in UTF-16, and its size in bytes; None where it is known only at the end."""
        with self._unpacked() as (file, size):
            if file.peek(2)[:2] in _UTF_16:
                yield BufferedReader(_FromUtf16(file)), None
            else:
                yield file, size

    @contextmanager
    def _unpacked(self) -> Iterator[tuple[BufferedReader, int | None]]:
        if self.workbook:
            with opened_workbook(self.path) as sheet:
                yield sheet, None
        elif self.member is not None:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as member:
                yield BufferedReader(cast("RawIOBase", member)), archive.getinfo(self.member).file_size
        elif _magic(self.path).startswith(_GZIP):
            with gzip.open(self.path) as file:
                yield BufferedReader(cast("RawIOBase", file)), None
        else:
            with self.path.open("rb") as plain_file:
                yield plain_file, self.path.stat().st_size


class _FromUtf16(RawIOBase):
    """UTF-16 text as UTF-8."""

    def __init__(self, file: BufferedReader) -> None:
        super().__init__()
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        room = memoryview(buffer)
        while not self._ready and (chunk := self._file.read(len(room))):
            self._ready = self._decoder.decode(chunk).encode(errors="replace")
        given, self._ready = self._ready[: len(room)], self._ready[len(room) :]
        room[: len(given)] = given
        return len(given)


def sources_of(path: Path) -> list[Source]:
    """The text files that a path stands for; RecordingError if it is none."""
    if path.is_dir():
        raise FolderGivenError
    if not stat.S_ISREG(path.stat().st_mode):  # what is opened otherwise may never end
        raise FileUnreadableError("it is not a file")
    if _magic(path).startswith(_OLD_WORKBOOK):
        raise NotTextError("an Excel workbook of the old kind")
    if not _magic(path).startswith(_ZIP):
        return [Source(path)]
    with zipfile.ZipFile(path) as archive:
        if any(info.flag_bits & 1 for info in archive.infolist()):
            raise FileUnreadableError("the archive has a password")
        if _WORKBOOK in archive.namelist():
            return [Source(path, workbook=True)]
        if _OPEN_DOCUMENT in archive.namelist():
            raise NotTextError("an OpenDocument spreadsheet or text")
        names = [name for name in archive.namelist() if name.lower().endswith(_TEXT)]
    if len(names) == 1:
        return [Source(path, names[0])]
    partners = [_longest(pattern, names) for pattern in _PARTNERS]
    if partners[0] is None:
        raise SeveralFilesError(names)
    return [Source(path, name) for name in partners if name is not None]


def _longest(pattern: str, names: list[str]) -> str | None:
    found = [name for name in names if re.fullmatch(pattern, Path(name).name.lower())]
    return max(found, key=len, default=None)


def _magic(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4)
