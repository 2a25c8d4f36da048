"""The command `serve`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import Annotated

import typer

from surefoot.service.cli.options import Folder, Host, Port


def serve(
    host: Host = None,
    port: Port = None,
    folder: Folder = None,
    cert: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate in PEM: the wall speaks HTTPS.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Key of the certificate, if it is in a file of its own.")
    ] = None,
) -> None:
    """Show the wall: who runs now, and every recorded run with its replay and report.

    Runs that surefoot live follows in another process are shown as they go on. What gateways and phones send is kept
    here, and shown as it comes; surefoot live or surefoot sync makes runs of it. Messages to phones are sent from here
    too. Beyond this computer everybody signs in. The first time, in a terminal, an owner is made and the password shown
    once; elsewhere it comes from wall.password in the settings, or SUREFOOT_WALL_PASSWORD. Others get accounts with
    surefoot accounts.

    Ctrl-C or SIGTERM ends it.
    """
    from surefoot.service.cli.live_wall import accounts_with_owner, print_phone_address, wall_settings
    from surefoot.service.cli.log_output import log_to_stderr
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.settings import WallError
    from surefoot.service.exporters.exporter_thread import MESSAGE_SINKS, ExporterThread
    from surefoot.service.exposure import warn_of_exposures
    from surefoot.service.runs import runs_folder
    from surefoot.service.runtime.shutdown import StopRequest
    from surefoot.service.runtime.waiting_parts import part_notices
    from surefoot.service.store.notices import Notices
    from surefoot.service.store.tail import StoreTail
    from surefoot.service.views.diary import Diary
    from surefoot.service.views.followed_parts import FollowedParts
    from surefoot.service.views.history import RunnerHistory
    from surefoot.service.views.plan import RunnerPlan
    from surefoot.service.views.received_parts import ReceivedParts
    from surefoot.service.views.service_metrics import metrics_page
    from surefoot.service.views.squad_state import JoinedSquads, StoredRuns
    from surefoot.service.views.timers import TimedSquad, Timers, called, planned_session
    from surefoot.service.views.wall import Archive, WallDataSource, wall
    from surefoot.service.views.wall_address import is_loopback

    if key is not None and cert is None:
        raise WallError("--key needs --cert, the certificate that it belongs to")
    configuration = load_configuration()
    settings, wall_address = configuration.settings, wall_settings((host, port), cert, key)
    log_to_stderr(settings)
    warn_of_exposures(configuration)
    done: SimpleQueue[None] = SimpleQueue()  # a signal that comes while an Event begins to wait would never be seen
    told = Notices(settings.data)
    with StoreTail(settings.store_path) as tail, FollowedParts(settings) as followed:
        timers = Timers(partial(planned_session, settings), partial(called, settings))
        now = JoinedSquads(StoredRuns(tail, notices=lambda: (*told.shown(), *part_notices(settings))), followed)
        source, parts = (
            WallDataSource(TimedSquad(now, timers), Archive(runs_folder(folder), settings)),
            ReceivedParts(settings, followed.cues),
        )
        accounts = accounts_with_owner(settings, wall_address)
        runs = runs_folder(folder)
        shown = wall(
            source,
            wall_address,
            metrics=metrics_page(settings),
            parts=parts,
            diary=Diary(settings, runs),
            history=RunnerHistory(settings, runs),
            timers=timers,
            plans=RunnerPlan(settings),
            accounts=accounts,
        )
        with ExporterThread(settings, MESSAGE_SINKS), shown as address, StopRequest(lambda: done.put(None)):
            print(f"The wall is at {address}", flush=True)
            if not is_loopback(wall_address.host):
                print_phone_address(address)
            done.get()
