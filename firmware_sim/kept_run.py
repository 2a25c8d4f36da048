"""A run that two pods keep by themselves, out of reach of everybody, simulated without a radio; then they come home."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.motion import Motion, simulate
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.beacon_air import BeaconAir, beacon_interval_s
from surefoot.firmware_sim.pod.beacons import BEACON_PERIOD_S
from surefoot.firmware_sim.pod.boot_counter import boot_number, count_boot
from surefoot.firmware_sim.pod.firmware import Firmware
from surefoot.firmware_sim.pod.flash import NorFlash, PowerCutError
from surefoot.firmware_sim.pod.imu import Imu, random_mounting
from surefoot.firmware_sim.pod.keeper import Keeper
from surefoot.firmware_sim.pod.oscillator import STEADY, Bend, Oscillator
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.firmware_sim.pod.sensor import Sensor
from surefoot.firmware_sim.pod.virtual_pod import PodParameters, VirtualPod
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.radio.virtual_controller import RadioMedium, VirtualController
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.firmware_sim.simulation import sensor_factory
from surefoot.sensor_ingest.protocol import Command, FootCode, Opcode, Packet, PodInfo

FLASH_BYTES = 16 << 20
STEP_S = 1.0
OFF_S = 2.0
"""How long a pod is off after a power cut."""
UPTIME_S = {Foot.LEFT: 300.0, Foot.RIGHT: 1000.0}


@dataclass(frozen=True, slots=True)
class Clock:
    """How a pod's clock runs: drift of its crystal, and what temperature adds."""

    drift_ppm: float = 0.0
    bend: Bend = STEADY


@dataclass
class AwayPod:
    """A pod that nobody hears.

    Parameters
    ----------
    packets : all that its firmware made.
    boots : its starts, each with the clock that it had.
    """

    settings: PodSettings
    clock: Clock
    flash: NorFlash
    make_sensor: Callable[[float], Sensor]
    seed: int
    packets: list[Packet] = field(default_factory=list)
    boots: list[tuple[PodInfo, Oscillator]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        self.boot(-UPTIME_S[Foot.LEFT if self.settings.foot is FootCode.LEFT else Foot.RIGHT])

    def boot(self, at_s: float) -> None:
        """Switch on."""
        self.now_s = max(at_s, 0.0)
        self.oscillator = Oscillator(at_s, self.clock.drift_ppm, self.clock.bend)
        self.flash.power_on()
        count = count_boot(self.flash)
        number = boot_number(count, self._rng.randrange(64))
        self.firmware = Firmware(self.settings, Battery(), number, self._add, flash=self.flash, boot_count=count)
        self.boots.append((self.firmware.info, self.oscillator))
        self._sensor = self.make_sensor(self.now_s)

    @property
    def keeper(self) -> Keeper:
        """What keeps its packets."""
        assert self.firmware.keeper is not None
        return self.firmware.keeper

    def order(self, opcode: Opcode, *arguments: int) -> None:
        """Have it do something."""
        self.firmware.handle_command(bytes(Command(opcode, arguments)), self.oscillator.tick_us(self.now_s))

    def run_until(self, time_s: float) -> None:
        """Sample until a time; a power cut switches it off and on again."""
        if time_s <= self.now_s:
            return
        self.now_s = time_s
        reading = self._sensor.take_until(time_s)
        if len(reading):
            self._guard(lambda: self.firmware.sample(self.oscillator.tick_us(reading.time_s), reading.counts))

    def beacon(self, at_s: float) -> bytes | None:
        """The beacon that it sends; None while it sends none."""
        beacons = self.firmware.active_beacons
        return None if beacons is None else beacons.send(self.oscillator.tick_us(at_s))

    def hear(self, beacon: bytes, at_s: float) -> None:
        """Hear the partner's beacon."""
        beacons = self.firmware.active_beacons
        if beacons is not None:
            self._guard(lambda: beacons.hear(beacon, self.oscillator.tick_us(at_s)))

    def _guard(self, work: Callable[[], object]) -> None:
        try:
            work()
        except PowerCutError:
            self.boot(self.now_s + OFF_S)

    def _add(self, packet: Packet) -> None:
        self.packets.append(packet)


@dataclass(frozen=True, slots=True)
class KeptRun:
    """Two pods that kept a run, and the run as it was."""

    motion: Motion
    pods: Mapping[Foot, AwayPod]


def keep_run(
    scenario: Scenario,
    seed: int,
    begun_utc_s: float,
    *,
    clocks: Mapping[Foot, Clock] = MappingProxyType({}),
    air: BeaconAir = BeaconAir(),  # noqa: B008
    power_cuts: Sequence[tuple[Foot, float]] = (),
    unset_feet: bool = False,
) -> KeptRun:
    """Have two pods keep a scenario, from a first contact with a client, who notes the time, until its end.

    Parameters
    ----------
    begun_utc_s : when it begins, seconds since 1970.
    power_cuts : foot and time of a power cut while the flash is written.
    unset_feet : nobody told the pods on which feet they are.
    """
    motion = simulate(scenario.runner, scenario.plan, seed, scenario.inversion_events)
    pods = {foot: _pod(motion, foot, seed, clocks.get(foot, Clock())) for foot in Foot}
    for pod in pods.values():
        pod.settings.foot = FootCode.UNKNOWN if unset_feet else pod.settings.foot
        pod.order(Opcode.NOTE_UTC, round(1e6 * begun_utc_s))
        pod.order(Opcode.KEEP_START)
    _run(pods, scenario.duration_s, air, sorted(power_cuts, key=lambda each: each[1]), random.Random(seed))
    for pod in pods.values():
        pod.order(Opcode.KEEP_STOP)
    return KeptRun(motion, pods)


def _pod(motion: Motion, foot: Foot, seed: int, clock: Clock, flash: NorFlash | None = None) -> AwayPod:
    number = list(Foot).index(foot) + 1
    tags = {each: f"{list(Foot).index(each) + 1:04X}" for each in Foot}
    settings = PodSettings(
        f"SIM{seed & 0xFF:02X}{number:04X}",
        FootCode.from_foot(foot),
        flash_bytes=FLASH_BYTES,
        partner_tag=tags[foot.other],
    )
    make = sensor_factory(motion, foot, Imu(mounting=random_mounting(seed + number)), 0.0, seed)
    return AwayPod(settings, clock, flash or NorFlash(FLASH_BYTES), lambda at_s: make(settings, at_s), seed + number)


def _run(
    pods: Mapping[Foot, AwayPod],
    duration_s: float,
    air: BeaconAir,
    power_cuts: Sequence[tuple[Foot, float]],
    rng: random.Random,
) -> None:
    cuts, due_s = list(power_cuts), {foot: rng.random() * BEACON_PERIOD_S for foot in pods}
    step = 0
    while step * STEP_S < duration_s:
        step += 1
        while cuts and cuts[0][1] <= step * STEP_S:
            pods[cuts.pop(0)[0]].flash.cut_power_after(0, rng)
        for foot in sorted(pods, key=lambda each: due_s[each]):
            while due_s[foot] <= step * STEP_S:
                _send_beacon(pods, foot, due_s[foot], air, rng)
                due_s[foot] += beacon_interval_s(rng)
        for pod in pods.values():
            pod.run_until(min(step * STEP_S, duration_s))


def _send_beacon(pods: Mapping[Foot, AwayPod], foot: Foot, sent_s: float, air: BeaconAir, rng: random.Random) -> None:
    sender, partner = pods[foot], pods[foot.other]
    if sent_s < max(sender.now_s, partner.now_s) - STEP_S:
        return  # one of them is off
    beacon, delay_s = sender.beacon(sent_s), air.heard_after_s(sent_s, rng)
    if beacon is not None and delay_s is not None:
        partner.hear(beacon, sent_s + delay_s)


def _sensor_of(pod: AwayPod, _: PodSettings, start_s: float) -> Sensor:
    return pod.make_sensor(start_s)


@asynccontextmanager
async def pods_at_home(
    pods: Mapping[Foot, AwayPod], *, quality: LinkQuality, seed: int = 0, bonded_only: bool = False
) -> AsyncIterator[tuple[CentralRadio, Mapping[Foot, VirtualPod]]]:
    """The pods on a virtual radio, at rest, as they are after their run; an exception in the context stays as it is."""
    medium, failed = RadioMedium(seed), None
    start_s = asyncio.get_running_loop().time() - max(pod.now_s for pod in pods.values())
    try:
        async with AsyncExitStack() as stack:
            central = await CentralRadio.on_medium(medium)
            at_home = {
                foot: await stack.enter_async_context(_at_home(pod, medium, quality, start_s, bonded_only))
                for foot, pod in pods.items()
            }
            try:
                yield central, at_home
            except Exception as error:
                failed = error
                raise
    except BaseExceptionGroup as group:
        if failed is None or group.split(lambda each: each is failed)[1] is not None:
            raise
        raise failed from None


def _at_home(pod: AwayPod, medium: RadioMedium, quality: LinkQuality, start_s: float, bonded_only: bool) -> VirtualPod:
    settings, controller = pod.settings, VirtualController(pod.settings.name, medium, quality)
    address = f"C0:5F:{settings.serial[3:5]}:00:00:{settings.serial[-2:]}"
    return VirtualPod(
        PodParameters(address, pod.clock.drift_ppm, keep_truth=False, bend=pod.clock.bend, bonded_only=bonded_only),
        settings,
        partial(_sensor_of, pod),
        controller,
        controller,
        start_s=start_s,
        flash=pod.flash,
        awake=(pod.firmware, pod.oscillator),
    )


def waiting_pod(foot: Foot, seed: int, image: bytes, clock: Clock) -> AwayPod:
    """A pod that kept something before it was switched off, as the image of its flash has it, and lies still now."""
    motion = simulate(RunnerProfile(), (PlannedBout("still", 2.0),), seed)
    return _pod(motion, foot, seed, clock, NorFlash.from_image(FLASH_BYTES, image))
