"""The wall on the command line: where it is asked for, and how people are told where it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from surefoot.service.configuration import load_configuration
from surefoot.service.runs import runs_folder
from surefoot.service.runtime.shutdown import StopRequest
from surefoot.service.settings import WallSettings
from surefoot.service.store.tail import StoreTail
from surefoot.service.views.squad_state import SquadStateSource, StoredRuns
from surefoot.service.views.wall import Archive, WallDataSource, is_loopback, qr_code, wall

WallAddress = tuple[str | None, int | None]
"""Host and port as asked for on the command line."""


@contextmanager
def run_wall(scenes: SquadStateSource, runs: Path, wall_address: WallAddress) -> Iterator[str]:
    """The wall around a run of this process; gives its address. Unless asked for, any port does if ours is taken."""
    settings = _settings(wall_address)
    source = WallDataSource(scenes, Archive(runs))
    with wall(source, settings, any_port=wall_address[1] is None) as address:
        if not is_loopback(settings.host):
            _tell(address)
        yield address


def serve(wall_address: WallAddress, folder: Path | None) -> None:
    """Show the store's runs until Ctrl-C or SIGTERM."""
    configuration, settings = load_configuration().settings, _settings(wall_address)
    done: SimpleQueue[None] = SimpleQueue()  # a signal that comes while an Event begins to wait would wait for ever
    with StoreTail(configuration.store_path) as tail:
        source = WallDataSource(StoredRuns(tail), Archive(runs_folder(folder)))
        with wall(source, settings) as address, StopRequest(lambda: done.put(None)):
            print(f"The wall is at {address}", flush=True)
            if not is_loopback(settings.host):
                _tell(address)
            done.get()


def _settings(wall_address: WallAddress) -> WallSettings:
    given = {name: value for name, value in zip(("host", "port"), wall_address, strict=True) if value is not None}
    return load_configuration().settings.wall.model_copy(update=given)


def _tell(address: str) -> None:
    """For a phone in the same network; a camera cannot read what goes into a file."""
    if sys.stdout.isatty():
        print(f"{qr_code(address)}\nOpen {address} on the phone, or point its camera here.", flush=True)
    else:
        print(f"Open {address} on the phone.", flush=True)
