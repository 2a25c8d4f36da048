"""Whatever becomes of the computer's date during a run, what is shown and sent stays right."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from surefoot.service.settings import Settings
from surefoot.service.store.service_status import read_status
from surefoot.service.views.service_metrics import metrics_text
from tests.service.computer_date import ComputerDate
from tests.service.listener import Listener
from tests.service.real_command import RealCommand
from tests.service.servers import START_S, Broker, wait

HOUR_S, DAY_S = 3600.0, 86_400.0
STRIDES = "surefoot/v1/runner-1/stride/left"


@pytest.fixture
def date(tmp_path: Path) -> ComputerDate:
    return ComputerDate(tmp_path / "date")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path / "broker") as running:
        yield running


def shown(address: str) -> dict[str, Any]:
    """The first message of the wall's stream: all that a browser shows."""
    with urllib.request.urlopen(f"{address}events", timeout=START_S) as stream:
        line = next(line for line in stream if line.startswith(b"data: "))
    found: dict[str, Any] = json.loads(line[len("data: ") :])
    return found


def test_a_step_of_an_hour_or_a_day_changes_nothing_that_is_shown_or_sent(
    tmp_path: Path, date: ComputerDate, broker: Broker
) -> None:
    data = tmp_path / "data"
    mqtt = {"MQTT_HOST": "127.0.0.1", "MQTT_PORT": broker.port}
    with ExitStack() as stack:
        listener = Listener(broker.port)
        stack.callback(listener.close)
        stack.enter_context(RealCommand(data, "live", "--simulated", "1", settings=mqtt, date=date))
        wait(lambda: len(listener.of(STRIDES)) > 3)
        wall = stack.enter_context(RealCommand(data, "serve", "--port", "0", date=date))
        wait(lambda: "http" in wall.out)
        address = re.findall(r"http\S+", wall.out)[0]
        for step_s in (HOUR_S, -HOUR_S, DAY_S, -DAY_S):
            date.set(step_s)
            known = len(listener.of(STRIDES))
            wait(lambda known=known: len(listener.of(STRIDES)) > known + 2)  # type: ignore[misc]
            seen = shown(address)
            assert "runner-1" in json.dumps(seen)
            assert [age_s < 30.0 for age_s in seen["ages"].values()] == [True], step_s
        settings = Settings(data=data)
        assert "surefoot_up 1" in metrics_text(settings.store_path, read_status(data))
