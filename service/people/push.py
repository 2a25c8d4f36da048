"""Phones to which a runner has messages sent by Web Push, as their browsers told."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

MAX_ENDPOINT = 2000
PUBLIC_KEY_BYTES, SECRET_BYTES = 65, 16


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """A browser.

    Parameters
    ----------
    id : of the browser, the same whenever it is told.
    endpoint : address at its maker's push service; whoever knows it can post there, and nobody reads anything by it.
    p256dh, auth : its public key and a secret, for which messages are encrypted; base64 for addresses.
    """

    id: str
    endpoint: str
    p256dh: str
    auth: str

    def __post_init__(self) -> None:
        if not self.endpoint.startswith("https://") or len(self.endpoint) > MAX_ENDPOINT:
            raise ValueError(f"endpoint must be an address with https:// of up to {MAX_ENDPOINT} characters")
        for name, size in (("p256dh", PUBLIC_KEY_BYTES), ("auth", SECRET_BYTES)):
            if _size(getattr(self, name)) != size:
                raise ValueError(f"{name} must be {size} bytes in base64 for addresses")


def from_base64(text: str) -> bytes:
    """Bytes of base64 for addresses, without padding; binascii.Error where it is none."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_base64(content: bytes) -> str:
    """The other way."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _size(text: str) -> int:
    try:
        return len(from_base64(text))
    except (binascii.Error, ValueError):
        return -1
