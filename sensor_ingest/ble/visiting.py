"""How pods are visited for what they kept, and how far that has come."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

FIND_TIMEOUT_S = 20.0
"""A pod that is not heard for so long is not here; one that walked away may come back for so long."""


@dataclass(slots=True)
class PodProgress:
    """How far one pod has come; numbers of records.

    Parameters
    ----------
    serial : its serial number; what it was asked for by, until it is known.
    found : whether it was connected to.
    news : whether it held anything but the times that it is told.
    held : what it held when it was found, and was not here; of a sensor of another maker in bytes.
    problem : why it is not done; empty if it is, or goes on.
    """

    serial: str
    found: bool = False
    has_store: bool = True
    news: bool = False
    held: int = 0
    fetched: int = 0
    done: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """How pods are to be visited.

    Parameters
    ----------
    stop : have the pods stop keeping first.
    utc_s : the computer's clock, seconds since 1970; None while its date cannot be trusted, then pods are not told it.
    find_timeout_s : how long to look for a pod.
    auto_minutes : minutes without steps after which pods are to stop keeping by themselves; None leaves them as they
        are, and so are pods that only keep by command.
    tell : takes a sentence on how long a pod will take, before it begins.
    partners : serial number or tag of a pod → tag of the one on the other foot, with which it is to exchange its clock.
    """

    stop: bool = True
    utc_s: Callable[[], float | None] = time.time
    find_timeout_s: float = FIND_TIMEOUT_S
    seed: int | None = None
    partners: Mapping[str, str] = field(default_factory=dict)
    tell: Callable[[str], None] = log.info
    auto_minutes: int | None = None
