"""What pods kept, as it was taken over: on disk before the pods are told that they may forget it.

A pod's file holds its records one after the other. What was cut into runs is taken out, but for what tells time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from surefoot.sensor_ingest.pod_store.record_stream import records_in
from surefoot.sensor_ingest.pod_store.records import (
    SamplesRecord,
    StoreRecord,
    UtcRecord,
    check_record,
    read_record,
    record_bytes,
)
from surefoot.sensor_ingest.protocol import ProtocolError
from surefoot.sensor_ingest.recording.errors import RunBusyError, RunUnwritableError
from surefoot.sensor_ingest.recording.file_lock import lock_exclusively
from surefoot.sensor_ingest.recording.kept_pods import MAX_TICK_US
from surefoot.sensor_ingest.recording.private_files import make_private_folder, private_opener, sync_folder

CUT_FILE = "cut.json"
"""Serial number → first record that was not yet cut into runs."""
RESET = "before-reset-"
"""Before the number of a shelf with what pods kept before they were reset."""


class ShelfFile:
    """One pod's records while they are taken over; open while the context is.

    Raises
    ------
    RunBusyError
        if another process takes them over.
    RunUnwritableError
        if the disk does not take them.
    """

    def __init__(self, folder: Path, serial: str) -> None:
        self.path = folder / f"{serial}.bin"
        try:
            make_private_folder(folder)
            self._file = private_opener(str(self.path), os.O_RDWR | os.O_CREAT)
            sync_folder(folder)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            lock_exclusively(self._file)
        except OSError as error:
            os.close(self._file)
            raise RunBusyError(self.path) from error
        self.next_record = self._recover()
        """Number of the first record that is not here."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def append(self, data: bytes) -> None:
        """Add a record; one that is here already, or is damaged, adds nothing."""
        try:
            number = check_record(data)
        except ProtocolError:
            return
        if number < self.next_record:
            return
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise self._unwritable(error) from error
        self.next_record = number + 1

    def sync(self) -> int:
        """Wait until all is on the disk; the pod may forget all records before the number returned."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise self._unwritable(error) from error
        return self.next_record

    def _recover(self) -> int:
        """Cut off what is no whole record at the end; the number behind the last one."""
        end, number = 0, -1
        for offset, record in records_in(self.path.read_bytes()):
            end, number = offset + len(record), check_record(record)
        try:
            os.ftruncate(self._file, end)
        except OSError as error:
            raise self._unwritable(error) from error
        os.lseek(self._file, 0, os.SEEK_END)
        return number + 1

    def _unwritable(self, error: OSError) -> RunUnwritableError:
        return RunUnwritableError(self.path, error.strerror or type(error).__name__)


class Shelf:
    """The records of all pods in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self, serial: str) -> ShelfFile:
        """Take over a pod's records."""
        return ShelfFile(self.folder, serial)

    def set_aside(self, serial: str) -> None:
        """Begin a new file for a pod that counts its records anew, as it was reset; RunUnwritableError.

        What was taken over before is on a shelf of its own then; see `before_resets`.
        """
        path = self.folder / f"{serial}.bin"
        shelves = (Shelf(self.folder / f"{RESET}{number}") for number in count(1))
        aside = next(shelf for shelf in shelves if serial not in shelf.serials())
        try:
            make_private_folder(aside.folder)
            aside._note_cut({serial: self.cut().get(serial, 0)})
            self._note_cut({serial: 0})  # before there is a new file: all of that is to be cut
            path.rename(aside.folder / path.name)
            for folder in (aside.folder, self.folder):
                sync_folder(folder)
        except OSError as error:
            raise RunUnwritableError(path, error.strerror or type(error).__name__) from error

    def before_resets(self) -> list[Shelf]:
        """What was taken over from pods before they were reset: of a runner's pods that were reset together, on one
        shelf."""
        return [Shelf(folder) for folder in sorted(self.folder.glob(f"{RESET}*"))]

    def serials(self) -> list[str]:
        """Pods of which something is here."""
        return sorted(path.stem for path in self.folder.glob("*.bin"))

    def records(self, serial: str) -> Iterator[tuple[int, StoreRecord]]:
        """A pod's records with their numbers, but for samples that were cut into runs; damaged ones are left out."""
        first = self.cut().get(serial, 0)
        for _, data in records_in((self.folder / f"{serial}.bin").read_bytes()):
            number, record = _read(data)
            if record is not None and (number >= first or not isinstance(record, SamplesRecord)):
                yield number, record

    def cut(self) -> Mapping[str, int]:
        """Serial number → first record that was not yet cut into runs."""
        try:
            found = json.loads((self.folder / CUT_FILE).read_text(encoding="utf-8"))
            return {str(serial): int(number) for serial, number in found.items()}
        except (FileNotFoundError, ValueError, AttributeError, TypeError, OverflowError):
            return {}

    def mark_cut(self, upto: Mapping[str, int]) -> None:
        """Remember that all records before these numbers are in runs, and make room.

        Raises
        ------
        RunUnwritableError
            if the disk does not take it; then they are cut once more, into the same runs.
        """
        try:
            self._note_cut(upto)
            for serial in upto:
                self._make_room(serial)
        except OSError as error:
            raise RunUnwritableError(self.folder, error.strerror or type(error).__name__) from error

    def erase(self, serial: str) -> None:
        """Take out all samples of a pod that were cut, the last record too; RunUnwritableError.

        In its place is one that says nothing but its number.
        """
        path, first = self.folder / f"{serial}.bin", self.cut().get(serial, 0)
        numbered = [(*_read(data), data) for _, data in records_in(path.read_bytes())]
        kept = [data for number, record, data in numbered if number >= first or not isinstance(record, SamplesRecord)]
        if numbered and (not kept or kept[-1] is not numbered[-1][2]):
            kept.append(record_bytes(numbered[-1][0], UtcRecord(0, MAX_TICK_US, 0)))
        try:
            _replace(path, b"".join(kept))
        except OSError as error:
            raise RunUnwritableError(path, error.strerror or type(error).__name__) from error

    def _note_cut(self, upto: Mapping[str, int]) -> None:
        _replace(self.folder / CUT_FILE, json.dumps({**self.cut(), **upto}, indent=1).encode())

    def _make_room(self, serial: str) -> None:
        """Take out samples that are in runs; the last record stays, as it says what to fetch next."""
        path = self.folder / f"{serial}.bin"
        records = [data for _, data in records_in(path.read_bytes())]
        first = self.cut()[serial]
        numbered = [(number, record, data) for data in records for number, record in [_read(data)]]
        kept = [data for number, record, data in numbered if number >= first or not isinstance(record, SamplesRecord)]
        if records and (not kept or kept[-1] is not records[-1]):
            kept.append(records[-1])
        _replace(path, b"".join(kept))


def _read(data: bytes) -> tuple[int, StoreRecord | None]:
    try:
        return read_record(data)
    except ProtocolError:
        return -1, None


def _replace(path: Path, data: bytes) -> None:
    """Replace a file as a whole; OSError."""
    fresh = path.with_name(f"{path.name}.new")
    with open(fresh, "wb", opener=private_opener) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)
