"""Two pods of one history, one with the firmware in Python and one with the core in C: they have to do the same."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from functools import partial

import numpy as np

from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.beacons import Beacons
from surefoot.firmware_sim.pod.flash import SECTOR_BYTES, NorFlash, PowerCutError
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.starting import start_firmware
from surefoot.sensor_ingest.pod_store.store_protocol import tag_number
from surefoot.sensor_ingest.protocol import Command, Opcode
from tests.firmware_sim.core.built import core_library
from tests.sensor_ingest.pod_store.made import gait_counts

STEP_US = 4808
ARGUMENTS: dict[Opcode, Callable[[random.Random], tuple[int, ...]]] = {
    Opcode.SET_RATE: lambda rng: (rng.choice([104, 208, 416, 100]),),
    Opcode.SET_RANGE: lambda rng: (rng.choice([16, 32, 8]), rng.choice([1000, 2000, 500])),
    Opcode.RESEND: lambda rng: (rng.randrange(200), rng.randrange(30)),
    Opcode.SET_FOOT: lambda rng: (rng.randrange(4),),
    Opcode.KEEP_AUTO: lambda rng: (rng.randrange(3),),
    Opcode.NOTE_UTC: lambda rng: (rng.getrandbits(64),),
    Opcode.FETCH: lambda rng: (rng.randrange(300), rng.choice([0, 5, 100, 0xFFFF_FFFF])),
    Opcode.RELEASE: lambda rng: (rng.choice([rng.randrange(300), rng.getrandbits(32)]),),
    Opcode.SET_PARTNER: lambda rng: (rng.choice([tag_number("0002"), tag_number("0002"), 0, 7]),),
}


class Twin:
    """One of the two; `seen` is all that came out of it."""

    def __init__(self, flash_bytes: int | None, *, in_c: bool) -> None:
        self._core = core_library() if in_c else None
        self.settings = PodSettings("TEST0001", ring_packets=50, flash_bytes=flash_bytes, auto_minutes=1)
        self.flash = NorFlash(flash_bytes) if flash_bytes else None
        self.battery = Battery(11.0)
        self.seen: list[object] = []
        self.boots = 0
        self.start()

    def start(self) -> None:
        """Switch on; a power cut in the middle of it means once more."""
        while True:
            self.boots += 1
            try:
                rng = random.Random(self.boots)
                self.firmware = start_firmware(self.settings, self.battery, self.flash, rng, self._core)
            except PowerCutError:
                continue
            break
        self.firmware.on_packet = lambda packet: self.seen.append(bytes(packet))

    def do(self, work: Callable[[Twin], object]) -> None:
        """Do something, and look at everything afterwards."""
        try:
            self.seen.append(work(self))
        except PowerCutError as cut:
            self.seen.append(("cut", cut.address))
            self.start()
        self.seen.append(self._state())

    def _state(self) -> tuple[object, ...]:
        firmware, keeper = self.firmware, self.firmware.keeper
        stored = None if keeper is None else (keeper.info, keeper.status(50), keeper.keeping, keeper.client_listens)
        flags = firmware.streaming, firmware.sampling, firmware.making_packets, firmware.active_beacons is None
        steps = firmware.pedometer.cadence_spm, firmware.pedometer.running
        numbers = firmware.samples_until_full, firmware.dropped, firmware.identify_until_us
        image = None if self.flash is None else (self.flash.operations, self.flash.image())
        return bytes(firmware.info), stored, flags, steps, numbers, copy.copy(firmware.settings), image


class History:
    """What happens to a pod, drawn at random."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._tick_us = 0
        self._partner = Beacons(PodSettings("TEST0002"), 70_000, lambda _: None)

    def next_event(self) -> Callable[[Twin], object]:
        """Something to do to each of the twins."""
        rng = self._rng
        self._tick_us += rng.randrange(1_000_000)
        return rng.choice(
            [self._move, self._move, self._move, self._order, self._order, self._nonsense, self._send, self._send,
             self._subscribe, self._listen, self._beacon, self._hear, self._hear, self._lose, self._cut, self._drain]
        )()  # fmt: skip

    def _move(self) -> Callable[[Twin], object]:
        activity = self._rng.choice(["run", "walk", "still"])
        counts = gait_counts(activity, {"run": 2.8, "walk": 1.4}.get(activity, 0.0))
        samples = self._rng.choice([5, 100, 208, 1000])
        begin = self._rng.randrange(400)
        ticks_us = self._tick_us + STEP_US * np.arange(1, samples + 1)
        self._tick_us = int(ticks_us[-1])
        moved = np.resize(counts[begin:], (samples, 6))
        return lambda twin: twin.firmware.sample(ticks_us, moved)

    def _order(self) -> Callable[[Twin], object]:
        opcode = self._rng.choice(list(Opcode))
        arguments = ARGUMENTS[opcode](self._rng) if opcode in ARGUMENTS else ()
        return partial(_write, bytes(Command(opcode, arguments)), self._tick_us)

    def _nonsense(self) -> Callable[[Twin], object]:
        return partial(_write, self._rng.randbytes(self._rng.randrange(12)), self._tick_us)

    def _send(self) -> Callable[[Twin], object]:
        def send(twin: Twin) -> object:
            keeper = twin.firmware.keeper
            if keeper is not None:
                keeper.transfer.on_replied()
            fragments = [] if keeper is None else [keeper.transfer.next_fragment() for _ in range(count)]
            packets = [twin.firmware.ring.pop_next() for _ in range(count)]
            return [item and bytes(item) for item in [*packets, *fragments]]

        count = self._rng.choice([1, 10, 200])
        return send

    def _subscribe(self) -> Callable[[Twin], object]:
        on = self._rng.random() < 0.8
        return lambda twin: twin.firmware.ring.on_subscribed() if on else twin.firmware.ring.on_unsubscribed()

    def _listen(self) -> Callable[[Twin], object]:
        on = self._rng.random() < 0.8
        return lambda twin: twin.firmware.keeper and twin.firmware.keeper.set_client_listens(on)

    def _beacon(self) -> Callable[[Twin], object]:
        tick_us = self._tick_us
        return lambda twin: (active := twin.firmware.active_beacons) and active.send(tick_us)

    def _hear(self) -> Callable[[Twin], object]:
        data, tick_us = self._partner.send(self._tick_us + 5), self._tick_us
        return lambda twin: (active := twin.firmware.active_beacons) and active.hear(data, tick_us)

    def _lose(self) -> Callable[[Twin], object]:
        samples = self._rng.randrange(40_000)
        return lambda twin: twin.firmware.fifo_overrun(samples)

    def _cut(self) -> Callable[[Twin], object]:
        """Power cuts come in a later event, at the same operation and with the same bits left."""
        operations, seed = self._rng.randrange(8), self._rng.randrange(1000)

        def cut(twin: Twin) -> None:
            if twin.flash is not None:
                twin.flash.cut_power_after(operations, random.Random(seed))

        return cut

    def _drain(self) -> Callable[[Twin], object]:
        level_pct = self._rng.choice([5.0, 50.0])
        return lambda twin: setattr(twin.battery, "level_pct", level_pct)


def _write(data: bytes, tick_us: int, twin: Twin) -> bytes:
    return bytes(twin.firmware.handle_command(data, tick_us))


def histories_agree(seed: int, events: int) -> tuple[int, int]:
    """Let both live through a history; how many power cuts there were, and bytes of packets. AssertionError if not."""
    rng = random.Random(seed)
    flash_bytes = rng.choice([None, 12, 40, 40]) and SECTOR_BYTES * rng.choice([12, 20, 60])
    twins = [Twin(flash_bytes, in_c=in_c) for in_c in (False, True)]
    history = History(rng)
    for _ in range(events):
        event = history.next_event()
        for twin in twins:
            twin.do(event)
        assert twins[0].seen == twins[1].seen
        for twin in twins:
            twin.seen.clear()
    return twins[0].boots, twins[0].firmware.info.newest
