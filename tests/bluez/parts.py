"""What guests do: our own commands meet pods through BlueZ, and what can go wrong there goes wrong."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import numpy as np

from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.devices.standard_values import FootPodValue
from surefoot.firmware_sim.pod.firmware import Firmware
from surefoot.firmware_sim.pod.keeper import Keeper
from surefoot.firmware_sim.pod.peripheral import SUPERVISION_MS
from surefoot.firmware_sim.pod.virtual_pod import VirtualPod
from surefoot.firmware_sim.radio.link import LinkQuality
from surefoot.firmware_sim.scenarios import Scenario
from surefoot.service.store.reading import StoreReader
from tests.accuracy.report import Finding
from tests.bluez.fate import Fate, fate_of
from tests.bluez.scene import DATA, Scene, command, foot_pod, recorded, scene, until

DROPS = 60
HALF_HOUR_S, KEPT_S = 1800.0, 120.0
FLASH_BYTES = 16 << 20
SETTLE_S, AWAY_S = 10.0, 5.0
OUT_OF_REACH_S = SUPERVISION_MS / 1000.0 + 1.0
DISCOVERING_S = 0.15
"""After a link was made; the services of a pod are known half a second after it."""
STRIDE_4, RAN_S, RAN_SPM = "Stride 4", 600.0, 170
ENDS_AFTER_S = 360.0
"""Longest until a run is over after nobody has run any more: `run_end.still_min` and what comes with it."""
BACK_S = 15.0
"""Longest until a pod streams again after what ended its link is over: the back-offs of the client, and its scans."""


async def scan() -> list[Finding]:
    """The command `scan`."""
    async with scene(running(60.0)) as room, command("scan") as scanning:
        code = await asyncio.to_thread(scanning.finish)
        seen = sum(pod.settings.tag in scanning.out for pod in room.pods)
    return [Finding("scan", "pods seen", f"{seen}", "2", seen == 2 and code == 0)]


async def drops() -> list[Finding]:
    """Links that are lost while they stream, while services are discovered, and because the pod is out of reach."""
    rng, back_s = random.Random(1), []
    async with scene(running(1800.0)) as room:
        async with live(room):
            for number in range(DROPS):
                await asyncio.sleep(rng.uniform(0.2, 8.0))
                pod = room.pods[number % 2]
                back_s.append(await back_after([pod], lose_link(room, pod, number % 3)))
            await asyncio.sleep(SETTLE_S)
        fate = fate_of(recorded(), room.runner)
    data = f"{DROPS} lost links"
    return [*told(data, fate), streams_again(data, back_s)]


async def troubles() -> list[Finding]:
    """A pod that starts anew, a service that is restarted or crashes, an adapter that is switched off and on."""
    findings = []
    async with scene(running(600.0)) as room:
        left, right = room.pods
        causes: Mapping[str, Callable[[], Awaitable[None]]] = {
            "pod starts anew": left.power_cycle,
            "bluetoothd restarted": partial(restart, room, crash=False),
            "bluetoothd killed": partial(restart, room, crash=True),
            "adapter off and on": partial(switch_off_and_on, room),
        }
        async with live(room):
            for data, cause in causes.items():
                pods = [left] if data.startswith("pod") else [left, right]
                findings.append(streams_again(data, [await back_after(pods, cause())]))
                await asyncio.sleep(SETTLE_S)
        findings += told("over all four", fate_of(recorded(), room.runner))
    return findings


async def bonds() -> list[Finding]:
    """Pods that take commands from bonded clients only: bonded with at first, and met encrypted after lost links."""
    async with scene(running(120.0), bonded_only=True) as room:
        async with live(room):
            await asyncio.sleep(SETTLE_S)
            back_s = [await back_after([pod], lose_link(room, pod, 0)) for pod in room.pods]
            await asyncio.sleep(SETTLE_S)
        fate = fate_of(recorded(), room.runner)
    data = "bonded pods, 2 lost links"
    return [*told(data, fate), streams_again(data, back_s)]


async def bad_radio() -> list[Finding]:
    """Half an hour in which each twentieth exchange fails, recorded by a gateway."""
    async with scene(running(HALF_HOUR_S + 60.0, packet_error_rate=0.05)) as room:
        async with carried(room):
            await asyncio.sleep(HALF_HOUR_S)
        return told("30 min, 5 % packet errors", fate_of(recorded(), room.runner))


async def sync() -> list[Finding]:
    """The command `sync` takes over what two pods kept."""
    async with scene(running(KEPT_S + 60.0), flash_bytes=FLASH_BYTES) as room:
        keepers = [keeper for pod in room.pods if isinstance(keeper := pod.firmware.keeper, Keeper)]
        for keeper in keepers:
            keeper.start(0)
        await asyncio.sleep(KEPT_S)
        for keeper in keepers:
            keeper.stop()
        async with command("sync", *worn(room)) as syncing:
            code = await asyncio.to_thread(syncing.finish)
        fate = fate_of(recorded(), room.runner)
    data = f"{KEPT_S:g} s kept by the pods"
    return [Finding(data, "sync ends with", f"{code}", "0", code == 0), *told(data, fate)]


async def foot_pod_alone() -> list[Finding]:
    """The command `live` records a foot pod of another maker, which is away for a while, until its runner stands."""
    settings = settings_of(f'foot_pod = "{STRIDE_4}"')
    async with (
        foot_pod(STRIDE_4, ran_then_stood) as worn,
        command("live", settings={"SETTINGS": settings, "WALL_PORT": 0}) as service,
    ):
        await until(lambda: worn.connections == 1)
        await asyncio.sleep(RAN_S / 2.0)
        await worn.outage(OUT_OF_REACH_S)
        back_s = await until(lambda: worn.connections == 2)
        await until(lambda: "is over" in service.out, patience_s=RAN_S + ENDS_AFTER_S)
    with StoreReader(DATA / "surefoot.sqlite") as reader:
        (stored,) = reader.runs("ada")
    numbers = stored.summary["numbers"] if stored.summary is not None else {}
    ran_s, spm = (numbers.get(name) or 0.0 for name in ("run_time_s", "cadence_spm"))
    data = "foot pod alone, live"
    return [
        Finding(data, "running time", f"{ran_s:.0f} s", f"{RAN_S:g} ± 15 s", abs(ran_s - RAN_S) <= 15.0),
        Finding(data, "cadence", f"{spm:.1f} spm", f"{RAN_SPM} spm", abs(spm - RAN_SPM) < 0.05),
        streams_again(data, [back_s]),
    ]


def ran_then_stood(since_s: float) -> list[bytes]:
    """What a foot pod notifies."""
    ran = since_s < RAN_S
    return [bytes(FootPodValue(3.0 if ran else 0.0, RAN_SPM if ran else 0, running=ran))]


@asynccontextmanager
async def live(room: Scene) -> AsyncIterator[None]:
    """A run that is recorded; both pods stream at its beginning."""
    async with command("run", *worn(room), "--port", "0"):
        await until(lambda: all(map(streams, room.pods)))
        yield


@asynccontextmanager
async def carried(room: Scene) -> AsyncIterator[None]:
    """A run that a gateway records, which reaches no service; both pods stream at its beginning."""
    left, right = (pod.settings.serial for pod in room.pods)
    settings = settings_of(f'left = "{left}"\nright = "{right}"')
    async with command("gateway", settings={"SETTINGS": settings, "GATEWAY_URL": "http://127.0.0.1:9"}):
        await until(lambda: all(map(streams, room.pods)))
        yield


def settings_of(sensors: str) -> Path:
    """A file of settings with one runner, who has these sensors."""
    DATA.mkdir(exist_ok=True)
    path = DATA / "surefoot.toml"
    path.write_text(f"[runners.ada]\n{sensors}\n", encoding="utf-8")
    return path


def worn(room: Scene) -> list[str]:
    """The pods, as arguments of our commands."""
    left, right = (pod.settings.serial for pod in room.pods)
    return ["--left", left, "--right", right]


def streams(pod: VirtualPod) -> bool:
    """Whether a pod makes packets, and a client listens."""
    firmware = pod.firmware
    assert isinstance(firmware, Firmware)
    return pod.powered and firmware.making_packets and firmware.ring.streaming


async def back_after(pods: Sequence[VirtualPod], cause: Awaitable[None]) -> float:
    """How long after something was over these pods streamed again."""
    await cause
    return await until(lambda: all(map(streams, pods)))


async def lose_link(room: Scene, pod: VirtualPod, kind: int) -> None:
    """At once; at once, and again while services are discovered; or because the pod is out of reach for a while."""
    if kind == 2:
        await pod.outage(OUT_OF_REACH_S)
        return
    room.drop_link(pod)
    await until(lambda: not streams(pod))
    if kind == 1:
        await until(lambda: room.is_linked(pod))
        await asyncio.sleep(DISCOVERING_S)
        room.drop_link(pod)


async def restart(room: Scene, *, crash: bool) -> None:
    """End BlueZ's service, or kill it, and start it again."""
    await room.service.stop(crash=crash)
    await asyncio.sleep(AWAY_S)
    await room.service.start()


async def switch_off_and_on(room: Scene) -> None:
    """As somebody does in the system's settings."""
    await room.service.switch_adapter(on=False)
    await asyncio.sleep(AWAY_S)
    await room.service.switch_adapter(on=True)


def told(data: str, fate: Fate) -> list[Finding]:
    """What became of the packets."""
    return [
        Finding(data, "packets lost", f"{fate.lost} of {fate.made}", "0", not fate.lost and fate.made > 0),
        Finding(data, "packets doubled", f"{fate.doubled}", "0", not fate.doubled),
        Finding(data, "packets with other samples", f"{fate.changed}", "0", not fate.changed),
    ]


def streams_again(data: str, back_s: Sequence[float]) -> Finding:
    """How soon pods stream again."""
    median_s, worst_s = float(np.median(back_s)), max(back_s)
    return Finding(
        data, "streams again after", f"{median_s:.1f} s, worst {worst_s:.1f} s", f"≤ {BACK_S:g} s", worst_s <= BACK_S
    )


def running(lasts_s: float, packet_error_rate: float = 0.02) -> Scenario:
    """Somebody who runs from the beginning."""
    quality = LinkQuality(packet_error_rate=packet_error_rate)
    return Scenario("running", RunnerProfile(), (PlannedBout("run", lasts_s, 2.8),), quality)


PARTS: Mapping[str, Callable[[], Coroutine[None, None, list[Finding]]]] = {
    "bad_radio": bad_radio,
    "drops": drops,
    "troubles": troubles,
    "sync": sync,
    "bonds": bonds,
    "foot_pod_alone": foot_pod_alone,
    "scan": scan,
}
"""Those that take longest first, as not all can run at once."""
