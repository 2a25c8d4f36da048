"""The link delays PDUs but loses none, and drops after the supervision timeout."""

from __future__ import annotations

import asyncio
import math
import random
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import pytest

from surefoot.firmware_sim.radio.link import EXCHANGE_S, Airtime, LinkQuality, RadioLink
from surefoot.firmware_sim.virtual_time import run


@dataclass(eq=False)
class Mast:
    """A station that records when it lost the link."""

    in_reach: bool = True
    lost_s: list[float] = field(default_factory=list)

    def on_link_lost(self, _: RadioLink, /) -> None:
        self.lost_s.append(asyncio.get_running_loop().time())


def link_between(
    masts: tuple[Mast, Mast], error_rate: float = 0.0, interval_s: float = 0.015, airtime: Airtime | None = None
) -> RadioLink:
    return RadioLink(masts, LinkQuality(packet_error_rate=error_rate), random.Random(5), interval_s, 4.0, airtime)


@pytest.mark.parametrize("error_rate", [0.0, 0.05, 0.3])
def test_errors_delay_but_neither_lose_nor_reorder(error_rate: float) -> None:
    async def send() -> list[tuple[int, float]]:
        radio_link, arrived = link_between((Mast(), Mast()), error_rate), []
        loop = asyncio.get_running_loop()
        for number in range(500):
            sent_s = loop.time()
            radio_link.send(1, lambda n=number, s=sent_s: arrived.append((n, loop.time() - s)))  # type: ignore[misc]
            await asyncio.sleep(18 / 208)
        await asyncio.sleep(2.0)
        return arrived

    arrived = run(send(), speed=math.inf)
    delays_s = [delay for _, delay in arrived]
    assert [number for number, _ in arrived] == list(range(500))
    assert max(delays_s) < (0.0151 if not error_rate else 0.3)
    assert sum(delay > 0.0151 for delay in delays_s) / 500 == pytest.approx(error_rate, abs=0.05)


def test_an_event_carries_no_more_than_it_grants() -> None:
    async def send() -> list[float]:
        radio_link, arrived = link_between((Mast(), Mast())), []
        loop = asyncio.get_running_loop()
        for _ in range(40):
            radio_link.send(0, lambda: arrived.append(loop.time()))
        await asyncio.sleep(1.0)
        return arrived

    arrived_s = run(send(), speed=math.inf)
    assert arrived_s[-1] - arrived_s[0] == pytest.approx(9 * 0.015 + 3 * 0.0025)


@pytest.mark.parametrize(("links", "each_per_event"), [(1, 4), (2, 3), (3, 2)])
def test_links_of_one_central_share_its_radio_time(links: int, each_per_event: int) -> None:
    async def send() -> list[list[float]]:
        airtime, loop = Airtime(), asyncio.get_running_loop()
        arrived: list[list[float]] = [[] for _ in range(links)]
        for times in arrived:
            radio_link = link_between((Mast(), Mast()), airtime=airtime)
            for _ in range(600):
                radio_link.send(1, lambda times=times: times.append(loop.time()))  # type: ignore[misc]
        await asyncio.sleep(1.5)
        return arrived

    arrived = run(send(), speed=math.inf)
    for times in arrived:
        assert len(times) == pytest.approx(100 * each_per_event, rel=0.02)
    in_turn = sorted(time for times in arrived for time in times)
    assert min(later - time for time, later in pairwise(in_turn)) > 0.999 * EXCHANGE_S


def test_a_central_grants_no_shorter_interval_than_it_likes() -> None:
    async def ask() -> float:
        quality = LinkQuality(min_interval_s=0.03)
        radio_link = RadioLink((Mast(), Mast()), quality, random.Random(1), 0.05, 4.0)
        radio_link.set_parameters(0.015, 3.0)
        return radio_link.interval_s

    assert run(ask(), speed=math.inf) == 0.03


@pytest.mark.parametrize(("silent_s", "survives"), [(3.9, True), (4.1, False)])
def test_silence_beyond_the_supervision_timeout_costs_both_ends_the_link(silent_s: float, survives: bool) -> None:
    async def fall_silent() -> tuple[Mast, Mast, list[int]]:
        masts = Mast(), Mast()
        arrived: list[int] = []
        radio_link = link_between(masts)
        masts[1].in_reach = False
        radio_link.reach_changed()
        radio_link.send(1, partial(arrived.append, 1))
        await asyncio.sleep(silent_s)
        masts[1].in_reach = True
        radio_link.reach_changed()
        await asyncio.sleep(1.0)
        return *masts, arrived

    central, pod, arrived = run(fall_silent(), speed=math.inf)
    assert arrived == ([1] if survives else [])
    assert central.lost_s == pod.lost_s == ([] if survives else pytest.approx([4.0]))


def test_a_link_quality_says_what_is_wrong_with_it() -> None:
    with pytest.raises(ValueError, match=r"packet_error_rate must lie in 0…1, got 1\.5"):
        LinkQuality(packet_error_rate=1.5)
    with pytest.raises(ValueError, match="pdus_per_event must be at least 1, got 0"):
        LinkQuality(pdus_per_event=0)
