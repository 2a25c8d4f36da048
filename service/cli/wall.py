"""The wall on the command line: where it is asked for, and how people are told where it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from surefoot.service.configuration import configure
from surefoot.service.runs import runs_folder
from surefoot.service.runtime.shutdown import StopRequest
from surefoot.service.settings import WallSettings
from surefoot.service.store.tail import StoreTail
from surefoot.service.views.live_scenes import Scenes, StoredRuns
from surefoot.service.views.wall import Archive, WallSource, local, qr_code, wall

ShownAt = tuple[str | None, int | None]
"""Host and port as asked for on the command line."""


@contextmanager
def shown(scenes: Scenes, runs: Path, shown_at: ShownAt) -> Iterator[str]:
    """The wall around a run of this process; gives its address. Unless asked for, any port does if ours is taken."""
    settings = _settings(shown_at)
    source = WallSource(scenes, Archive(runs))
    with wall(source, settings, any_port=shown_at[1] is None) as address:
        if not local(settings.host):
            _tell(address)
        yield address


def serve(shown_at: ShownAt, folder: Path | None) -> None:
    """Show the store's runs until Ctrl-C or SIGTERM."""
    configuration, settings = configure().settings, _settings(shown_at)
    done: SimpleQueue[None] = SimpleQueue()  # a signal that comes while an Event begins to wait would wait for ever
    with StoreTail(configuration.store_path) as tail:
        source = WallSource(StoredRuns(tail), Archive(runs_folder(folder)))
        with wall(source, settings) as address, StopRequest(lambda: done.put(None)):
            print(f"The wall is at {address}", flush=True)
            if not local(settings.host):
                _tell(address)
            done.get()


def _settings(shown_at: ShownAt) -> WallSettings:
    given = {name: value for name, value in zip(("host", "port"), shown_at, strict=True) if value is not None}
    return configure().settings.wall.model_copy(update=given)


def _tell(address: str) -> None:
    """For a phone in the same network; a camera cannot read what goes into a file."""
    if sys.stdout.isatty():
        print(f"{qr_code(address)}\nOpen {address} on the phone, or point its camera here.", flush=True)
    else:
        print(f"Open {address} on the phone.", flush=True)
