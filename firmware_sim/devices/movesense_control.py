"""What a simulated Movesense answers: a small pool of requests, ranges that can be read only."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from surefoot.firmware_sim.devices.movesense_frames import REPLY, reply
from surefoot.firmware_sim.devices.movesense_log import LOGGING, READY, Logbook, listing

FETCH_LOG, PUT_SYSTEM_MODE = 3, 7
REBOOT = 5
POOL = 8
"""Requests at a time; one that is never answered keeps its place until the sensor is restarted."""
RATES_HZ = 13, 26, 52, 104, 208, 416, 833
_IMU6 = re.compile(r"/?Meas/IMU6/(\d+)")


@dataclass(slots=True)
class MovesenseControl:
    """State behind the write characteristic.

    Parameters
    ----------
    on_change : called when a subscription began or ended.
    on_reboot : called when the sensor was told to restart.
    pool_left : free places for requests; it outlives the link.
    rates_hz : reference → rate of the subscriptions to IMU6.
    """

    serial: str
    logbook: Logbook
    acc_range_g: int
    gyr_range_dps: int
    on_change: Callable[[], None]
    on_reboot: Callable[[], None]
    pool_left: int = POOL
    rates_hz: dict[int, int] = field(default_factory=dict)

    def handle(self, data: bytes, att_mtu: int = 247) -> bytes | None:
        """Execute a request; the notification that answers it, or None."""
        if len(data) < 2:
            return None
        request, reference, content = data[0], data[1], data[2:]
        if request == PUT_SYSTEM_MODE and content[:1] == bytes([REBOOT]):
            self.pool_left = POOL
            self.on_reboot()
            return reply(reference, 202)
        if not self.pool_left:
            return reply(reference, 429)
        match request:
            case 0:
                names = (self.serial, "Movesense", "0C8CDC000000", "default", "2.3.1")
                return bytes([REPLY, reference, 1]) + b"".join(name.encode() + b"\0" for name in names)
            case 1:
                return reply(reference, self._subscribe(reference, content))
            case 2:
                return reply(reference, self._unsubscribe(reference))
            case 3:
                return reply(reference, self._fetch(content))
            case 4:
                return self._get(reference, content, att_mtu)
            case 6:
                paths = content.rstrip(b"\0").decode("ascii", "replace").split("\0")
                return reply(reference, self.logbook.put_config(paths))
            case 8:
                self.logbook.put_utc(int.from_bytes(content, "little"))
                return reply(reference, 200)
            case 9:
                return reply(reference, self.logbook.put_state(int.from_bytes(content, "little")))
        return reply(reference, 501)

    def _fetch(self, content: bytes) -> int:
        if self.logbook.began is not None:
            return 409
        return 404 if self.logbook.find(int.from_bytes(content, "little")) is None else 200

    def _subscribe(self, reference: int, content: bytes) -> int:
        path = _IMU6.fullmatch(_path(content))
        if path is None:
            return 404
        rate_hz = int(path[1])
        if rate_hz not in RATES_HZ:
            return 501
        self.rates_hz[reference] = rate_hz
        self.on_change()
        return 200

    def _unsubscribe(self, reference: int) -> int:
        if self.rates_hz.pop(reference, None) is None:
            return 404
        self.on_change()
        return 200

    def _get(self, reference: int, content: bytes, att_mtu: int) -> bytes | None:
        match _path(content).strip("/").lower():
            case "info":
                self.pool_left -= 1
                return None
            case "meas/acc/config":
                return reply(reference, 200, bytes([self.acc_range_g]))
            case "meas/gyro/config":
                return reply(reference, 200, struct.pack("<H", self.gyr_range_dps))
            case "mem/logbook/entries" if self.logbook.began is None:
                return reply(reference, *listing(self.logbook.logs, att_mtu))
            case "mem/logbook/entries":
                return reply(reference, 409)
            case "mem/datalogger/state":
                return reply(reference, 200, bytes([READY if self.logbook.began is None else LOGGING]))
            case "time/detailed":
                return reply(reference, 200, self.logbook.time_detailed())
            case "system/energy/level":
                return reply(reference, 200, bytes([91]))
        return reply(reference, 404)


def _path(content: bytes) -> str:
    return content.rstrip(b"\0").decode("ascii", "replace")
