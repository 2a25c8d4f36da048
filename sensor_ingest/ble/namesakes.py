"""Which addresses of one name are the pod's own, and which belong to other pods."""

from __future__ import annotations

import math

NAMESAKE_PATIENCE_S = 30.0
"""After a link loss the pod is looked for at the address that it had first; another boot elsewhere is meanwhile
taken for another pod with the same serial number, not for the pod switched on anew."""


class Namesakes:
    """The addresses from which one pod's name is advertised.

    Parameters
    ----------
    own_address : empty while it is unknown.
    """

    def __init__(self, own_address: str = "") -> None:
        self.own_address = own_address
        self.others: set[str] = set()
        self._left_s = -math.inf

    def on_left(self, now_s: float) -> None:
        """The pod streamed until now."""
        self._left_s = now_s

    def is_namesake(self, address: str, now_s: float) -> bool:
        """Whether another boot at this address is that of another pod."""
        gone_s = now_s - self._left_s
        return bool(self.own_address) and address != self.own_address and gone_s < NAMESAKE_PATIENCE_S

    def take_new(self, heard: frozenset[str]) -> frozenset[str]:
        """Other pods among the addresses heard while the pod is connected, when it does not advertise; each once."""
        new = heard - self.others - {self.own_address}
        self.others |= new
        return new
