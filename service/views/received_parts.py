"""Keeps the recordings that gateways and phones send, each in a folder of its own until it is joined to the runs."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from surefoot.dashboards.part_store import Cue, PartRefusedError, PartState
from surefoot.sensor_ingest.recording.errors import (
    NotARunError,
    RunFormatNewerError,
    RunMissingError,
    RunUnwritableError,
)
from surefoot.sensor_ingest.recording.file_lock import lock_exclusively
from surefoot.sensor_ingest.recording.journal import MAGIC
from surefoot.sensor_ingest.recording.manifest import FORMAT, Manifest, is_run_id
from surefoot.sensor_ingest.recording.private_files import private_opener, sync_folder
from surefoot.sensor_ingest.recording.run_folder import RunFolder, adopt_run, open_run
from surefoot.service.errors.gateways import GatewayKeysError
from surefoot.service.gateway.keys import GatewayKeys
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.settings import Settings

ENDED_SUFFIX = ".ended"
"""Of a file beside a part that holds its length: the answer about it when it has become part of a run."""
CuesOfPart = Callable[[Path, int], Sequence[Cue]]
RESERVE_BYTES = 100_000_000
"""Left free on the disk for what is recorded here."""


class ReceivedParts:
    """Parts in the data folder; see `PartStore`. One request at a time is carried out.

    What a part has received is the length of its journal, synced before it is told. So nothing can be counted that is
    not there, a repeated piece adds nothing, and nothing is lost with the process.

    Parameters
    ----------
    cues : of a part, by its folder, behind the one of a number.
    """

    def __init__(
        self, settings: Settings, cues: CuesOfPart = lambda *_: (), reserve_bytes: int = RESERVE_BYTES
    ) -> None:
        self._folder = settings.parts_folder
        self._parameters = settings.parameters
        self._keys = GatewayKeys(settings.data)
        self._forgotten = Forgotten(settings.data)
        self._dropped: dict[tuple[str, str], int] = {}
        self._cues = cues
        self._reserve_bytes = reserve_bytes
        self._lock = threading.Lock()

    def gateway_of(self, key: str) -> str | None:
        """The gateway that a key belongs to; None for a key that is not known."""
        try:
            return self._keys.gateway_of(key)
        except GatewayKeysError as error:
            raise PartRefusedError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error

    def begin(self, gateway: str, manifest: bytes) -> PartState:
        """Take a manifest. Of a part that is known the date may be corrected, and nothing else."""
        wanted = replace(_manifest(manifest), ended=False, parameters=self._parameters)
        with self._lock:
            if self._is_forgotten(wanted):
                received = self._dropped.setdefault((gateway, wanted.run_id), 0)
                return PartState(wanted.run_id, received, ended=False, forgotten=True)
            if (joined := self._joined(gateway, wanted.run_id)) is not None:
                return joined
            known = self._find(gateway, wanted.run_id)
            part = self._create(self._folder / gateway, wanted) if known is None else _agreed(known, wanted)
            return _state(part, _received(part))

    def is_forgotten(self, manifest: bytes) -> bool:
        """Whether all runners of a part are forgotten."""
        return self._is_forgotten(_manifest(manifest))

    def _is_forgotten(self, manifest: Manifest) -> bool:
        gone = [self._forgotten.covers(runner, manifest.created_utc) for runner in manifest.runners]
        return bool(gone) and all(gone)

    def _drop(self, gateway: str, run: str, received: int, *, ended: bool = False) -> PartState | None:
        """Of a forgotten runner's part: it is told to be received, and nothing of it is kept; None of any other."""
        if (gateway, run) not in self._dropped:
            return None
        self._dropped[gateway, run] = max(self._dropped[gateway, run], received)
        return PartState(run, self._dropped[gateway, run], ended, forgotten=True)

    def append(self, gateway: str, run: str, offset: int, data: bytes) -> PartState:
        """Take bytes of a part's journal from `offset` on; what is there already is compared, and not stored again."""
        with self._lock:
            if (dropped := self._drop(gateway, run, offset + len(data))) is not None:
                return dropped
            joined = self._joined(gateway, run)
            if joined is not None and offset + len(data) <= joined.received:
                return joined
            part = self._part(gateway, run)
            try:
                with open(part.journal_path, "r+b", opener=private_opener) as file:
                    lock_exclusively(file.fileno())
                    self._append(file, part.manifest, offset, data)
            except BlockingIOError as error:
                raise PartRefusedError(HTTPStatus.CONFLICT, f"Run {run} is in use; try again.") from error
            except OSError as error:
                raise _unstorable(error, _received(part)) from error
            return _state(part, _received(part))

    def state(self, gateway: str, run: str) -> PartState:
        """How far a part has come."""
        with self._lock:
            if (dropped := self._drop(gateway, run, 0)) is not None:
                return dropped
            if (joined := self._joined(gateway, run)) is not None:
                return joined
            part = self._part(gateway, run)
            return _state(part, _received(part))

    def end(self, gateway: str, run: str) -> PartState:
        """Take a part for complete."""
        with self._lock:
            if (dropped := self._drop(gateway, run, 0, ended=True)) is not None:
                return dropped
            if (joined := self._joined(gateway, run)) is not None:
                return joined
            part = self._part(gateway, run)
            received = _received(part)
            if part.manifest.ended:
                return _state(part, received)
            try:
                _write_length(part.path.with_name(f"{run}{ENDED_SUFFIX}"), received)
            except OSError as error:
                raise _unstorable(error, received) from error
            return _state(_written(part.mark_ended), received)

    def cues(self, gateway: str, run: str, after: int) -> Sequence[Cue]:
        """What is to be spoken to the runners of a part that grows, behind the cue of number `after`."""
        self.state(gateway, run)
        return self._cues(self._folder / gateway / run, after)

    def _joined(self, gateway: str, run: str) -> PartState | None:
        """What was received of a part that has ended and is not here any more; None of any other."""
        if self._find(gateway, run) is not None:
            return None
        try:
            length = (self._folder / gateway / f"{run}{ENDED_SUFFIX}").read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unstorable(error) from error
        return PartState(run, int(length), ended=True) if length.isdecimal() else None

    def _append(self, file: BinaryIO, run: Manifest, offset: int, data: bytes) -> None:
        """Compare what is there already, and store the rest."""
        size = file.seek(0, os.SEEK_END)
        if offset > size:
            sentence = f"{size} bytes are there, so the next piece begins at {size} and not at {offset}."
            raise PartRefusedError(HTTPStatus.CONFLICT, sentence, size)
        file.seek(offset)
        known = file.read(min(size - offset, len(data)))
        begin = MAGIC[offset : offset + len(data)]
        if data[: len(known)] != known or data[: len(begin)] != begin:
            sentence = "These are other bytes than those that are there, or no journal; send the run under another id."
            raise PartRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence, size)
        fresh = data[len(known) :]
        if fresh and run.ended:
            raise PartRefusedError(HTTPStatus.CONFLICT, f"Run {run.run_id} has ended and takes nothing more.", size)
        if fresh:
            self._need_room(len(fresh), size)
            file.write(fresh)

    def _create(self, parent: Path, manifest: Manifest) -> RunFolder:
        self._need_room(0, None)
        part = _written(lambda: adopt_run(parent, manifest))
        try:
            open(part.journal_path, "ab", opener=private_opener).close()
            for folder in (part.path, parent, parent.parent):
                sync_folder(folder)
        except OSError as error:
            raise _unstorable(error) from error
        return part

    def _need_room(self, wanted_bytes: int, received: int | None) -> None:
        free = shutil.disk_usage(next(each for each in (self._folder, *self._folder.parents) if each.exists())).free
        if free - wanted_bytes < self._reserve_bytes:
            sentence = f"The service's disk is full ({free / 1e6:.0f} MB are left); free some space there."
            raise PartRefusedError(HTTPStatus.INSUFFICIENT_STORAGE, sentence, received)

    def _part(self, gateway: str, run: str) -> RunFolder:
        part = self._find(gateway, run)
        if part is None:
            raise PartRefusedError(HTTPStatus.NOT_FOUND, f"There is no run {run}; send its manifest first.")
        return part

    def _find(self, gateway: str, run: str) -> RunFolder | None:
        """A part whose beginning is on disk; None if there is none."""
        if not is_run_id(run):
            raise PartRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, "That is no id of a run.")
        try:
            part = open_run(self._folder / gateway / run)
        except (RunMissingError, NotARunError):
            return None
        except RunFormatNewerError as error:
            raise PartRefusedError(HTTPStatus.CONFLICT, str(error)) from error
        return part if part.journal_path.exists() else None


def _manifest(text: bytes) -> Manifest:
    try:
        fields = json.loads(text)
        if fields["format"] != FORMAT:
            sentence = f"This service reads manifests of format {FORMAT}; update surefoot on the older of the two."
            raise PartRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, sentence)
        return Manifest.from_json(fields)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise PartRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"That is no manifest of a run ({error}).") from error


def _agreed(known: RunFolder, wanted: Manifest) -> RunFolder:
    """A part that is there, with the date of the manifest that was sent."""
    if known.manifest.pods != wanted.pods:
        sentence = f"Run {wanted.run_id} is known with other pods; send it under another id."
        raise PartRefusedError(HTTPStatus.CONFLICT, sentence)
    if known.manifest.ended or known.manifest.created_utc == wanted.created_utc:
        return known
    return _written(lambda: known.redate(wanted.created_utc))


def _state(part: RunFolder, received: int) -> PartState:
    return PartState(part.manifest.run_id, received, part.manifest.ended)


def _received(part: RunFolder) -> int:
    """Length of the journal, all of it on the disk."""
    try:
        with part.journal_path.open("rb+") as file:
            os.fsync(file.fileno())
            return file.seek(0, os.SEEK_END)
    except OSError as error:
        raise _unstorable(error) from error


def _write_length(path: Path, length: int) -> None:
    with open(path, "w", encoding="ascii", opener=private_opener) as file:
        file.write(str(length))
        file.flush()
        os.fsync(file.fileno())


def _written(change: Callable[[], RunFolder]) -> RunFolder:
    """A part after its manifest was written."""
    try:
        return change()
    except RunUnwritableError as error:
        raise PartRefusedError(HTTPStatus.INSUFFICIENT_STORAGE, str(error)) from error
    except ValueError as error:
        raise PartRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, f"That is no manifest of a run ({error}).") from error


def _unstorable(error: OSError, received: int | None = None) -> PartRefusedError:
    reason = error.strerror or type(error).__name__
    sentence = f"The service cannot store it ({reason}); free some space there."
    return PartRefusedError(HTTPStatus.INSUFFICIENT_STORAGE, sentence, received)
