"""Hands every recorded run to the service, beside the recording, for as long as it takes."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.recording.errors import RunError
from surefoot.sensor_ingest.recording.run_folder import open_run
from surefoot.service.errors.gateways import ServiceRefusedError, ServiceUnreachableError
from surefoot.service.gateway.handover import DONE, Handover, delete_run
from surefoot.service.gateway.service_client import ServiceClient
from surefoot.service.problem_log import ProblemLog

log = logging.getLogger(__name__)

PERIOD_S = 2.0
"""Between two looks at what was recorded meanwhile."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 60.0
"""Between two attempts to reach the service; whatever gets through meanwhile begins with the first again."""
LAST_ROUND_S = 20.0
"""For what is left when the gateway is stopped; the rest waits for its next start."""
OF_ONE_RUN = (409, 413, 422)
"""Refusals that do not concern the other runs."""
DAY_S = 86_400.0
ASK_PERIOD_S = 3600.0
"""Between two questions whose runs the service has forgotten."""


class Forwarder:
    """Hands over the runs of a folder, the newest first, so that it can be followed.

    Parameters
    ----------
    keep_s : time after which a run that the service has is deleted here.
    notify : takes sentences for people.
    """

    def __init__(self, runs: Path, client: ServiceClient, keep_s: float, notify: Callable[[str], None]) -> None:
        self._runs = runs
        self._client = client
        self._keep_s = keep_s
        self._notify = notify
        self._handovers: dict[Path, Handover] = {}
        self._problems = ProblemLog(log, logging.WARNING)
        self._stopping = threading.Event()
        self._ask_again_s = -math.inf

    def stop(self) -> None:
        """Look once more, and end."""
        self._stopping.set()

    def run(self) -> None:
        """Hand over until `stop`."""
        backoff, is_last = Backoff(FIRST_WAIT_S, LONGEST_WAIT_S), False
        while not is_last:
            is_last, before = self._stopping.is_set(), self._received()
            try:
                self.hand_over()
                self._problems.resolve(f"{self._client.url} takes recordings again.")
                backoff.reset()
                wait_s = PERIOD_S
            except (ServiceRefusedError, ServiceUnreachableError) as error:
                if self._received() != before:
                    backoff.reset()
                wait_s = backoff.next_delay_s()
                self._problems.report(str(error), " Recording goes on; nothing is lost.")
            self._stopping.wait(wait_s)
        self._client.close()

    def hand_over(self) -> None:
        """Send what there is of every run; ServiceRefusedError or ServiceUnreachableError where none gets there."""
        for path in self._waiting():
            try:
                handover = self._handovers.setdefault(path, Handover(path, self._client))
                if handover.go_on():
                    del self._handovers[path]
                    what = (
                        "is of somebody who is forgotten, and was deleted"
                        if handover.forgotten
                        else "is with the service"
                    )
                    self._notify(f"Run {path.name} {what}.")
            except ServiceRefusedError as refusal:
                if refusal.status not in OF_ONE_RUN:
                    raise
                log.warning("%s", refusal)
            except (IngestError, OSError) as error:
                log.warning("%s cannot be handed over: %s", path, error)
        self._delete_old()
        if time.monotonic() > self._ask_again_s:
            self._delete_forgotten()
            self._ask_again_s = time.monotonic() + ASK_PERIOD_S

    def _received(self) -> int:
        """Bytes that the service has of the runs that are on their way."""
        return sum(each.received for each in self._handovers.values())

    def _waiting(self) -> list[Path]:
        """Runs that the service does not have to their end, newest first; one without a journal never began."""
        return [path for path in self._recorded() if not (path / DONE).exists()]

    def _delete_old(self) -> None:
        for path in self._recorded():
            done = path / DONE
            if done.exists() and time.time() - done.stat().st_mtime > self._keep_s:
                delete_run(path)

    def _delete_forgotten(self) -> None:
        """Delete runs that the service had, and has forgotten since; one of several runners stays for its time."""
        for path in [path for path in self._recorded() if (path / DONE).exists()]:
            with suppress(RunError):
                if self._client.is_forgotten(open_run(path).manifest.to_json()):
                    delete_run(path)
                    self._notify(f"Run {path.name} is of somebody who is forgotten, and was deleted.")

    def _recorded(self) -> list[Path]:
        return sorted((path.parent for path in self._runs.glob("*/journal.bin")), reverse=True)


@contextmanager
def forwarding(runs: Path, client: ServiceClient, keep_s: float, notify: Callable[[str], None]) -> Iterator[None]:
    """Hand over in a thread of its own while entered, and for a moment more."""
    forwarder = Forwarder(runs, client, keep_s, notify)
    thread = threading.Thread(target=forwarder.run, name="forwarding", daemon=True)
    thread.start()
    try:
        yield
    finally:
        forwarder.stop()
        thread.join(LAST_ROUND_S)
