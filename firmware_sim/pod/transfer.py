"""Transfer of records to a client, fragment by fragment, as fast as it is asked for the next one.

No fragment comes before the reply to the request: what a client hears after the reply is what it has asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from surefoot.firmware_sim.pod.flash_log import FlashLog
from surefoot.sensor_ingest.pod_store.store_protocol import Fragment, end_of_transfer, fragments


class Transfer:
    """One transfer at a time; a new one replaces it."""

    def __init__(self, log: FlashLog) -> None:
        self._log = log
        self._fragments: Iterator[Fragment] = iter(())
        self._replied = False

    def start(self, first: int, number: int) -> tuple[int, int]:
        """Transfer records; the first number and how many numbers of the range the log can hold records of."""
        begin = max(first, self._log.oldest)
        end = max(min(first + number, self._log.next_number), begin)
        self._fragments, self._replied = self._fragments_of(begin, end), False
        return begin, end - begin

    def on_replied(self) -> None:
        """The client has the reply to its request."""
        self._replied = True

    def stop(self) -> None:
        """Send no more."""
        self._fragments = iter(())

    def next_fragment(self) -> Fragment | None:
        """The next fragment to notify; None if there is none."""
        return next(self._fragments, None) if self._replied else None

    def _fragments_of(self, begin: int, end: int) -> Iterator[Fragment]:
        for number, record in self._log.records_from(begin):
            if number >= end:
                break
            yield from fragments(number, record)
        yield end_of_transfer(end)
