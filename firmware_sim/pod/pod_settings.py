"""Settings of a pod that survive a power cycle."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.sensor_ingest.protocol import FootCode

RING_PACKETS = 1024
"""Ring buffer size: 1024 packets of 238 bytes are 244 kB, or 88 s at 208 Hz."""
AUTO_MINUTES = 5


@dataclass(slots=True)
class PodSettings:
    """Settings that survive a power cycle.

    Parameters
    ----------
    flash_bytes : size of the flash in which the pod keeps what it samples; None is a pod without a store.
    auto_minutes : minutes without steps after which keeping stops; 0: it only starts and stops by command.
    keep_ordered : keeping was started by command, and goes on after a power cycle.
    partner_tag : last four characters of the serial number of the pod on the other foot; empty if there is none.
    """

    serial: str
    foot: FootCode = FootCode.UNKNOWN
    rate_hz: int = 208
    acc_range_g: int = 16
    gyr_range_dps: int = 2000
    ring_packets: int = RING_PACKETS
    flash_bytes: int | None = None
    auto_minutes: int = AUTO_MINUTES
    keep_ordered: bool = False
    partner_tag: str = ""

    @property
    def tag(self) -> str:
        """Last four characters of the serial number."""
        return self.serial[-4:]

    @property
    def name(self) -> str:
        """Advertised name; eight characters are what fits next to the service UUID."""
        return f"SF{self.tag}-{'ULR'[self.foot]}"
