"""Load of twenty runners on the browser and the server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, CDPSession, Page

from tests.accuracy.report import Finding
from tests.dashboards.browser import chromium
from tests.wall.crowd import RUNNERS

WARM_SHARE = 0.25
"""Share of the time after which memory must be constant."""
SAMPLES = 12
WATCH = """() => {
    window.frames_ms = [];
    let last = performance.now();
    const frame = (now) => { window.frames_ms.push(now - last); last = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
    const seen = new MutationObserver(() => {
        if (!window.rolled && document.querySelector("[data-piece='runner runner-1']").textContent.includes("Ankle")) {
            window.rolled = Date.now() / 1000;
        }
    });
    seen.observe(document.querySelector(".cards"), { childList: true, subtree: true });
}"""


@dataclass(frozen=True, slots=True)
class Load:
    """Measurements.

    Parameters
    ----------
    frames_ms : (n,) time between frames.
    cpu : the server's share of one core.
    server_mib, page_mib : (k,) memory over the time after the first quarter.
    roll_s : from the moment an ankle roll was known to the moment it stood on the page.
    """

    frames_ms: np.ndarray
    cpu: float
    server_mib: np.ndarray
    page_mib: np.ndarray
    roll_s: float


def findings(lasts_s: float = 300.0) -> Iterator[Finding]:
    """Rows of the printed table."""
    load = measured(lasts_s)
    what = f"{RUNNERS} runners at 1 Hz, {lasts_s:.0f} s"
    p50, p95 = np.percentile(load.frames_ms, [50, 95])
    yield Finding(what, "frame time p95", f"{p95:.1f} ms (p50 {p50:.1f})", "≤ 50 ms", p95 <= 50.0)
    yield Finding(what, "server", f"{100.0 * load.cpu:.0f} % of a core", "≤ 60 %", load.cpu <= 0.6)
    for name, course_mib, most_mib in (("server", load.server_mib, 3.0), ("page", load.page_mib, 2.0)):
        grown_mib = growth_mib(course_mib)
        value = f"{grown_mib:+.1f} MiB from {course_mib[0]:.0f} MiB"
        yield Finding(what, f"memory of the {name}", value, f"≤ +{most_mib:.0f} MiB", grown_mib <= most_mib)
    yield Finding(what, "ankle roll, known to shown", f"{load.roll_s:.2f} s", "≤ 1 s", load.roll_s <= 1.0)


def growth_mib(course_mib: np.ndarray) -> float:
    """Median of the last third minus median of the first."""
    third = len(course_mib) // 3
    return float(np.median(course_mib[-third:]) - np.median(course_mib[:third]))


def measured(lasts_s: float) -> Load:
    """Open the wall for `lasts_s` seconds and measure."""
    with crowd(lasts_s) as (process, port), chromium() as browser:
        page = opened(browser, port)
        memory = browser.contexts[0].new_cdp_session(page)
        write_line(process, "begin")
        page.evaluate(WATCH)
        time.sleep(WARM_SHARE * lasts_s)
        began_s, began_cpu_s = time.monotonic(), cpu_s(process.pid)
        server_mib, page_mib = [], []
        for _ in range(SAMPLES):
            page.wait_for_timeout(1000.0 * (1.0 - WARM_SHARE) * lasts_s / SAMPLES)
            server_mib.append(rss_mib(process.pid))
            page_mib.append(heap_mib(memory))
        cpu = (cpu_s(process.pid) - began_cpu_s) / (time.monotonic() - began_s)
        frames_ms, seen_s = np.array(page.evaluate("window.frames_ms")), float(page.evaluate("window.rolled"))
        known_s = float(read_line(process))
    return Load(frames_ms, cpu, np.array(server_mib), np.array(page_mib), seen_s - known_s)


@contextmanager
def crowd(lasts_s: float, *mood: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The server's process and its port."""
    command = [sys.executable, "-m", "tests.wall.crowd", str(lasts_s), *mood]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, int(read_line(process))
        finally:
            process.kill()


def opened(browser: Browser, port: int) -> Page:
    """The squad page at projector size, with all cards loaded."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    page.goto(f"http://127.0.0.1:{port}")
    page.locator(".card").nth(RUNNERS - 1).wait_for()
    return page


def write_line(process: subprocess.Popen[str], word: str) -> None:
    """Send a line to the process."""
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def read_line(process: subprocess.Popen[str]) -> str:
    """Read a line from the process."""
    assert process.stdout is not None
    return process.stdout.readline()


def cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mib(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def heap_mib(memory: CDPSession) -> float:
    """JavaScript heap in use after a garbage collection."""
    memory.send("HeapProfiler.collectGarbage")
    return float(memory.send("Runtime.getHeapUsage")["usedSize"]) / 2**20
