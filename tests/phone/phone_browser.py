"""A headless browser with Web Bluetooth on a private bus, as a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from surefoot.service.views.reporting import BROWSERS
from tests.dashboards.browser import FLAGS, START_S, WAIT_S

BLUETOOTH = (
    "--enable-blink-features=WebBluetooth,WebBluetoothGetDevices",
    "--enable-features=WebBluetooth,WebBluetoothNewPermissionsBackend",
)


@contextmanager
def phone_browser(bus_address: str, folder: Path) -> Iterator[BrowserContext]:
    """A browser with a profile in a folder; the test is skipped without Chromium, except in CI."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        assert not os.environ.get("CI"), "CI needs Chromium"
        pytest.skip("no Chromium on this machine; apt-get install chromium")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=path,
            args=[*FLAGS, *BLUETOOTH],
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": bus_address},
            timeout=1000.0 * START_S,
            viewport={"width": 360, "height": 740},
        )
        expect.set_options(timeout=1000.0 * WAIT_S)
        yield context
        with suppress(PlaywrightError):  # it has crashed
            context.close()


def crash(browser: BrowserContext) -> None:
    """End a browser as a kill does, without a word to its pages."""
    session = browser.new_cdp_session(browser.pages[0])
    with suppress(PlaywrightError):
        session.send("Browser.crash")


class Chooser:
    """Answers the browser's question for a device, once for each choice."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._wanted: str | None = None
        self._answered: set[str] = set()
        self._session.on("DeviceAccess.deviceRequestPrompted", self._on_prompt)
        self._session.send("DeviceAccess.enable")

    def choose(self, name_end: str) -> None:
        """Answer the next question with the device whose name ends so."""
        self._wanted = name_end

    def _on_prompt(self, prompt: dict[str, object]) -> None:
        devices = prompt["devices"]
        assert isinstance(devices, list)
        fitting = [each["id"] for each in devices if self._wanted and each["name"].endswith(self._wanted)]
        question = str(prompt["id"])
        if fitting and question not in self._answered:
            self._answered.add(question)
            self._wanted = None
            self._session.send("DeviceAccess.selectPrompt", {"id": question, "deviceId": fitting[0]})
