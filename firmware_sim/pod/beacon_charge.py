"""Charge that beacons take from the battery, computed; a radio of the nRF52840 class at 3 V."""

from __future__ import annotations

from surefoot.firmware_sim.pod.beacon_air import MAX_ADVERTISER_DELAY_S
from surefoot.firmware_sim.pod.beacons import BEACON_PERIOD_S

TRANSMIT_MA, RECEIVE_MA, COMPUTE_MA = 4.8, 4.6, 3.0
"""At 0 dBm, at 1 Mbit/s, and of the processor, by the data sheet."""
CHANNELS, PACKET_US, RAMP_UP_US = 3, 376.0, 140.0
"""47 bytes on the air."""
AWAKE_US = 2000.0
"""Of the processor for a beacon that is sent, or heard."""
DRIFT = 200e-6
"""Between two crystals at their worst."""
MARGIN_S = 0.002
SEARCH_EVERY_S = 300.0
"""A partner that was not heard in ten beacons is listened for so often, for a whole period."""


def sending_uc() -> float:
    """Of one beacon that is sent, in µC."""
    return 1e-3 * (CHANNELS * (PACKET_US + RAMP_UP_US) * TRANSMIT_MA + AWAKE_US * COMPUTE_MA)


def listening_uc(missed: int) -> float:
    """Of listening for one beacon after so many missed ones, in µC: its delays and the drift have added up."""
    window_s = (missed + 1) * (MAX_ADVERTISER_DELAY_S + 2.0 * DRIFT * BEACON_PERIOD_S) + MARGIN_S
    return 1e3 * window_s * RECEIVE_MA + 1e-3 * AWAKE_US * COMPUTE_MA


def charge_uah_per_h(loss: float) -> float:
    """Of sending and of listening, in µAh per hour, where a share `loss` of the beacons is not heard."""
    listening = sum((1.0 - loss) * loss**missed * listening_uc(missed) for missed in range(50))
    return (sending_uc() + listening) / BEACON_PERIOD_S


def search_uah_per_h() -> float:
    """Of sending, and of searching for a partner that is not there, in µAh per hour."""
    return sending_uc() / BEACON_PERIOD_S + 1e3 * RECEIVE_MA * BEACON_PERIOD_S / SEARCH_EVERY_S
