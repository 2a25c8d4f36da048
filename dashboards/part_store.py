"""Port to recordings that gateways and phones send piece by piece: *parts*, safe on disk before they are received."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PartState:
    """How far a part has come.

    Parameters
    ----------
    received : bytes of its journal that are safe on disk.
    ended : whether nothing more will come.
    forgotten : whether it is of runners who are forgotten: nothing of it is kept, and whoever sends it deletes it.
    """

    run: str
    received: int
    ended: bool
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """A sentence to speak to the runner of a part; numbered from 1 on.

    Parameters
    ----------
    time_s : when it was due, on the session clock.
    """

    number: int
    time_s: float
    kind: str
    text: str


class PartRefusedError(Exception):
    """A request about a part that is refused; str() is one sentence for people.

    Parameters
    ----------
    received : bytes of the part that are safe on disk; None where that does not help.
    """

    def __init__(self, status: HTTPStatus, sentence: str, received: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.received = received


class PartStore(Protocol):
    """Keeps what gateways send. Methods are called from any thread, and raise PartRefusedError."""

    def gateway_of(self, key: str) -> str | None:
        """The gateway that a key belongs to; None for a key that is not known."""

    def begin(self, gateway: str, manifest: bytes) -> PartState:
        """Take the manifest of a part, as JSON; one that is known is only told."""

    def is_forgotten(self, manifest: bytes) -> bool:
        """Whether all runners of a part are forgotten, by its manifest as JSON."""

    def append(self, gateway: str, run: str, offset: int, data: bytes) -> PartState:
        """Take bytes of a part's journal from `offset` on; what is there already is compared, and not stored again."""

    def state(self, gateway: str, run: str) -> PartState:
        """How far a part has come."""

    def end(self, gateway: str, run: str) -> PartState:
        """Take a part for complete."""

    def cues(self, gateway: str, run: str, after: int) -> Sequence[Cue]:
        """What is to be spoken to the runners of a part that grows, behind the cue of number `after`."""
