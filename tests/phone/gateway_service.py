"""The wall that takes what a phone records, as the real command on a fixed port: it can be stopped and come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from surefoot.sensor_ingest.protocol import Packet
from surefoot.sensor_ingest.recording.entries import Entry, LostEntry, PacketEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from tests.service.real_command import RealCommand
from tests.service.servers import free_port, wait


class GatewayService:
    """`surefoot serve` with a data folder; runs while entered, again and again."""

    def __init__(self, data: Path, password: str = "") -> None:
        self._data = data
        self._settings = {"WALL_PASSWORD": password} if password else {}
        self.port = free_port()

    @property
    def address(self) -> str:
        """Where the phone's page is."""
        return f"http://localhost:{self.port}/phone/"

    def __enter__(self) -> GatewayService:
        self._command = RealCommand(self._data, "serve", "--port", str(self.port), settings=self._settings)
        self._command.__enter__()
        wait(lambda: "The wall is at" in self._command.out)
        return self

    def __exit__(self, *error: object) -> None:
        self._command.__exit__(*error)

    def part(self) -> RunFolder:
        """The last recording that was received."""
        (phone,) = (self._data / "parts").iterdir()
        return list_runs(phone)[-1]


def entries(run: RunFolder) -> Iterator[Entry]:
    """What a recording holds; it must be whole."""
    reader = JournalReader(run.journal_path)
    yield from reader
    assert not reader.holes


def heard(run: RunFolder) -> Counter[tuple[int, int, int]]:
    """How often each packet is there: pod, boot, sequence."""
    packets = [(entry.pod, Packet.from_bytes(entry.data)) for entry in entries(run) if isinstance(entry, PacketEntry)]
    return Counter((pod, packet.boot, packet.sequence) for pod, packet in packets)


def given_up(run: RunFolder) -> int:
    """Packets that the phone gave up."""
    return sum(entry.count for entry in entries(run) if isinstance(entry, LostEntry))
