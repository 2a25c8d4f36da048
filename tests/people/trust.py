"""A runner is forgotten while the service records and the wall is open; what phones keep, what consent lets leave."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.accuracy.report import Finding
from tests.people.held import tested
from tests.people.installation import ANNA, BERT, holding
from tests.service.command import simulated
from tests.service.demo_runs import record_demo_run
from tests.service.listener import Listener
from tests.service.people.test_forgetting_while_running import running
from tests.service.servers import wait

DEVICES = ("tests/service/people/test_forgotten_devices.py",)
CONSENT = ("tests/service/people/test_consent.py",)
PUSH = ("tests/service/test_web_push.py",)
QUIET_S = 5.0
MAX_S = 60.0


def while_running() -> Iterator[Finding]:
    """The service records somebody, a wall is open, and both servers are up."""
    with TemporaryDirectory(prefix="surefoot-people-") as name:
        folder = Path(name)
        alone, together = (record_demo_run(folder / "made", 1.0, runners=number).run for number in (1, 2))
        with running(folder, simulated(), alone, together) as (place, broker):
            wait(lambda: all(place.points(each) for each in (ANNA, BERT)) and place.shown(ANNA))
            run = place.recorded().manifest
            began_s, data = time.monotonic(), f"{ANNA} is forgotten while {run.runners[0]} runs"
            said = place.forget(ANNA).out
            lasted_s = time.monotonic() - began_s
            yield Finding(data, "the command took", f"{lasted_s:.1f} s", f"≤ {MAX_S:.0f} s", lasted_s <= MAX_S)
            reached = sum(words in said for words in ("on this computer.", "InfluxDB has nothing", "retains nothing"))
            yield Finding(
                data, "of computer, database and broker told to have nothing", f"{reached}", "3", reached == 3
            )
            time.sleep(QUIET_S)
            with closing(Listener(broker.port)) as listener:
                wait(lambda: any(BERT in topic for topic, _, _ in list(listener.got)))
                topics = sum(ANNA in topic + payload for topic, payload, _ in list(listener.got))
            found = [len(holding(place.settings.data, ANNA)), place.points(ANNA), topics, len(place.shown(ANNA))]
            yield Finding(data, "files, points, topics, pages", str(found)[1:-1], "0, 0, 0, 0", not any(found))
            goes_on = place.recorded().manifest.run_id == run.run_id and place.points(BERT) > 0
            yield Finding(data, "the run goes on, and others are there", str(goes_on).lower(), "true", goes_on)


def places() -> Iterator[Finding]:
    """Phones that come back, what leaves with one and with both conditions, messages by Web Push."""
    yield tested("phones' pages of who is forgotten or signed out", "tests that fail, of", DEVICES)
    yield tested("pain, injuries and plans by consent", "tests that fail, of", CONSENT)
    yield tested("Web Push up to the maker's push service", "tests that fail, of", PUSH)
