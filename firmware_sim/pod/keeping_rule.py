"""When a pod starts and stops keeping by itself: from the first steps until none was made for minutes."""

from __future__ import annotations

from surefoot.firmware_sim.pod.pedometer import Pedometer

REST_US = 30_000_000
"""After it was told to stop, keeping starts by itself only when the foot has made no steps for so long."""


class KeepingRule:
    """Watches the step counter: walking and running are steps, so a walking break does not end a run."""

    def __init__(self) -> None:
        self._since_us = 0
        self._stopped = False

    def started(self, tick_us: int) -> None:
        """Keeping was started; steps are waited for from here on."""
        self._since_us, self._stopped = tick_us, False

    def ordered_to_stop(self) -> None:
        """Keeping was stopped by command, perhaps in mid-run."""
        self._stopped = True

    def starts(self, pedometer: Pedometer) -> bool:
        """Whether the foot has begun to walk or run."""
        if self._stopped and pedometer.now_us - pedometer.last_stride_us > REST_US:
            self._stopped = False
        return pedometer.steady and not self._stopped

    def stops(self, pedometer: Pedometer, auto_minutes: int) -> bool:
        """Whether no step was made for so many minutes."""
        last_us = max(pedometer.last_stride_us, self._since_us)
        return pedometer.now_us - last_us >= 60e6 * auto_minutes
