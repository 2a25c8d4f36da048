"""A real headless browser, and what tests read from its pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from surefoot.service.views.reporting import BROWSERS, HEADLESS

SIZES = {"phone": (360, 740), "tablet": (820, 1180), "projector": (1920, 1080)}
FLAGS = [flag for flag in HEADLESS if flag != "--headless"]
START_S, WAIT_S = 120.0, 60.0


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """A browser installed on this machine, with more flags; the test is skipped without one, except in CI."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        assert not os.environ.get("CI"), "CI needs Chromium"
        pytest.skip("no Chromium on this machine; apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags], timeout=1000.0 * START_S)
        expect.set_options(timeout=1000.0 * WAIT_S)
        yield browser
        browser.close()


def page_events(page: Page) -> list[str]:
    """List that grows with the page's request URLs and errors from now on."""
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: requests.append(f"error: {error}"))
    page.on("console", lambda message: requests.append(f"error: {message.text}") if message.type == "error" else None)
    return requests


def overflow_px(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def violations(page: Page) -> list[str]:
    """Accessibility violations that axe-core rates serious or critical."""
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found if each["impact"] in ("serious", "critical")
    ]
