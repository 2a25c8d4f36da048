"""Timers, timeouts, sockets and threads on a loop in virtual or accelerated time."""

from __future__ import annotations

import asyncio
import math
import socket
import time

import pytest

from surefoot.firmware_sim.virtual_time import ClockedLoop, PlaybackClock, run


def test_virtual_time_does_not_wait() -> None:
    async def sleep_a_day() -> float:
        await asyncio.sleep(86_400.0)
        return asyncio.get_running_loop().time()

    began_s = time.monotonic()
    assert run(sleep_a_day(), speed=math.inf) == pytest.approx(86_400.0, abs=1e-6)
    assert time.monotonic() - began_s < 600.0


def test_timers_fire_in_order_and_at_their_times_in_virtual_time() -> None:
    async def sleepers() -> list[tuple[float, float]]:
        loop, woken = asyncio.get_running_loop(), []

        async def sleeper(delay_s: float) -> None:
            await asyncio.sleep(delay_s)
            woken.append((delay_s, loop.time()))

        async with asyncio.TaskGroup() as group:
            for delay_s in (3.0, 1.0, 2.5, 0.1, 1.0):
                group.create_task(sleeper(delay_s))
        return woken

    woken = run(sleepers(), speed=math.inf)
    assert [delay for delay, _ in woken] == [0.1, 1.0, 1.0, 2.5, 3.0]
    assert [now for _, now in woken] == pytest.approx([0.1, 1.0, 1.0, 2.5, 3.0], abs=1e-6)


def test_a_timeout_runs_at_the_pace_of_the_loop() -> None:
    async def wait_for_nothing() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60.0):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run(wait_for_nothing(), speed=math.inf) == pytest.approx(60.0, abs=1e-6)


def test_twenty_times_as_fast_is_twenty_times_as_fast() -> None:
    async def sleep() -> float:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await asyncio.sleep(6.0)
        return loop.time() - began_s

    began_s = time.monotonic()
    assert run(sleep(), speed=20.0) >= 6.0
    assert 0.3 <= time.monotonic() - began_s < 6.0


def test_sockets_are_served_in_virtual_time() -> None:
    async def echo() -> bytes:
        near, far = socket.socketpair()
        with near, far:
            near.setblocking(False)
            far.setblocking(False)
            loop = asyncio.get_running_loop()
            loop.call_later(5.0, far.send, b"hello")
            return await loop.sock_recv(near, 5)

    assert run(echo(), speed=math.inf) == b"hello"


def test_a_job_in_a_thread_takes_no_virtual_time() -> None:
    async def job_beside_a_timer() -> tuple[float, bool]:
        loop = asyncio.get_running_loop()
        rang = asyncio.Event()
        loop.call_later(0.001, rang.set)
        await asyncio.to_thread(time.sleep, 0.05)
        return loop.time(), rang.is_set()

    assert run(job_beside_a_timer(), speed=math.inf) == (0.0, False)


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan])
def test_a_pace_must_be_positive(speed: float) -> None:
    async def nothing() -> None:
        pass

    coroutine = nothing()
    with pytest.raises(ValueError, match="speed must be positive"):
        run(coroutine, speed=speed)
    coroutine.close()


def test_a_slow_computer_makes_playback_slower_and_a_fast_one_waits() -> None:
    now_s = [100.0]
    slept_s: list[float] = []
    clock = PlaybackClock(10.0, clock=lambda: now_s[0], sleep=slept_s.append)
    clock.advance(5.0)
    assert slept_s == [pytest.approx(0.5)]
    now_s[0] = 110.0
    clock.advance(5.0)
    clock.advance(1.0)
    assert slept_s[1:] == [pytest.approx(0.1)]
    assert clock.now_s() == pytest.approx(11.0)


def test_the_end_of_the_threads_takes_no_virtual_time() -> None:
    async def work() -> ClockedLoop:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, ClockedLoop)
        await asyncio.to_thread(time.sleep, 0.01)
        loop.call_later(300.0, lambda: pytest.fail("time has passed"))
        began_s = loop.time()
        await loop.shutdown_default_executor()
        assert loop.time() == began_s
        return loop

    assert run(work(), speed=math.inf).is_closed()
