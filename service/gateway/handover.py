"""One run on its way to the service: whatever was interrupted, it goes on where the service says."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from surefoot.sensor_ingest.recording.journal import MAGIC
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.private_files import make_private_file, sync_folder
from surefoot.sensor_ingest.recording.run_folder import RunFolder, open_run
from surefoot.sensor_ingest.recording.whole_frames import end_of_whole_frames
from surefoot.service.errors.gateways import ServiceRefusedError, ServiceUnreachableError
from surefoot.service.gateway.service_client import ServiceClient

DONE = "handed-over"
"""File in the folder of a run that the service has to its end."""
MIN_PIECE_BYTES, MAX_PIECE_BYTES = 4096, 65_536
"""Of a journal, sent at once: as much as the network takes in the time the service waits, and not much memory."""
OVERLAP_BYTES = 4096
"""Sent again when going on, so that the service notices if these are not the bytes that it has."""
_TOO_LARGE, _OTHER_BYTES = 413, 422


def delete_run(path: Path) -> None:
    """Delete a run's folder."""
    from shutil import rmtree  # half a megabyte, which a gateway spares until then

    rmtree(path)


class Handover:
    """Sends a run as it grows. Only whole frames that are on this disk are sent: nothing that a crash takes back."""

    def __init__(self, path: Path, client: ServiceClient) -> None:
        self.path = path
        self._client = client
        self._told: Manifest | None = None
        self._id = path.name
        self._copies = 1
        self.forgotten = False
        """Whether it is of runners whom the service has forgotten."""
        self.received = 0
        """Bytes that the service has, as far as it has told."""
        self._whole = len(MAGIC)
        self._piece_bytes = MAX_PIECE_BYTES

    def go_on(self) -> bool:
        """Send what there is; whether the service has the whole run.

        Raises
        ------
        ServiceRefusedError, ServiceUnreachableError
            if it does not get there.
        RunError, OSError
            if the run cannot be read.
        """
        run = open_run(self.path)
        end = self._end_byte(run)
        while run.manifest != self._told:
            self._tell(run, end)
        if self.forgotten:
            return self._deleted(run)
        try:
            while self.received < end:
                self._send_piece(run, end)
            if not run.manifest.ended:
                return False
            self._client.end(self._id)
        except ServiceRefusedError as refusal:
            self._told = None  # ask anew what it has
            if refusal.status == _OTHER_BYTES and refusal.received is not None:
                self._send_as_another()
            raise
        make_private_file(self.path / DONE)
        sync_folder(self.path)
        return True

    def _deleted(self, run: RunFolder) -> bool:
        """Delete a run that nobody wants any more, once it has ended; whether it is gone."""
        if run.manifest.ended:
            delete_run(self.path)
        return run.manifest.ended

    def _tell(self, run: RunFolder, end: int) -> None:
        """Tell of the run, and learn what the service has of it; where that is not this run, begin another."""
        known = self._client.begin(replace(run.manifest, run_id=self._id, ended=False).to_json())
        self.forgotten = known.forgotten
        if known.received > end or (known.ended and known.received < end):
            self._send_as_another()
        else:
            self.received, self._told = max(known.received - OVERLAP_BYTES, 0), run.manifest

    def _send_piece(self, run: RunFolder, end: int) -> None:
        with run.journal_path.open("rb") as journal:
            journal.seek(self.received)
            piece = journal.read(min(self._piece_bytes, end - self.received))
        try:
            self.received = self._client.append(self._id, self.received, piece).received
            self._piece_bytes = min(2 * self._piece_bytes, MAX_PIECE_BYTES)
        except ServiceUnreachableError:
            self._piece_bytes = max(self._piece_bytes // 2, MIN_PIECE_BYTES)
            raise
        except ServiceRefusedError as refusal:
            if refusal.status == _TOO_LARGE:
                self._piece_bytes = max(self._piece_bytes // 2, MIN_PIECE_BYTES)
            raise

    def _end_byte(self, run: RunFolder) -> int:
        """How much of the journal may be sent, all of it on the disk."""
        with run.journal_path.open("r+b") as journal:
            os.fsync(journal.fileno())
            size = journal.seek(0, os.SEEK_END)
            if run.manifest.ended or size < len(MAGIC):
                return size if run.manifest.ended else 0
            self._whole = end_of_whole_frames(journal, self._whole)
            return self._whole

    def _send_as_another(self) -> None:
        """Begin again under another id, as the service has other bytes; packets that it has twice are joined there."""
        self._copies += 1
        self._id, self.received, self._told = f"{self.path.name}-{self._copies}", 0, None
