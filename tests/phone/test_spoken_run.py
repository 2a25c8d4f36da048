"""A run at its own speed: what the service finds is spoken on the way, and the recording is timed as well as any."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.scenarios import GOOD_LINK, Scenario
from surefoot.sensor_ingest.protocol import Packet
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.runtime.joining import join_parts
from surefoot.service.settings import Settings
from tests.phone.carried_run import end, start
from tests.phone.gateway_service import GatewayService, entries
from tests.phone.phone_browser import phone_browser
from tests.phone.pods import PodsInReach, pods_in_reach
from tests.phone.private_bus import private_bus
from tests.sensor_ingest.virtual import replayed
from tests.service.servers import wait

ROLL_S = 70.0
ROLLED = Scenario(
    "rolled",
    RunnerProfile(),
    (PlannedBout("still", 15.0), PlannedBout("run", 200.0, 3.0)),
    link_quality=GOOD_LINK,
    inversion_events=(InversionEvent(Foot.LEFT, ROLL_S),),
)
LISTEN = "window.spoken = []; speechSynthesis.speak = (said) => window.spoken.push(said.text)"
SPOKEN_WITHIN_S = 30.0


@pytest.mark.slow
def test_a_roll_is_spoken_on_the_run_and_found_in_the_recording(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with (
        private_bus(tmp_path) as bus,
        pods_in_reach(bus, ROLLED, speed=1.0) as pods,
        phone_browser(bus, tmp_path / "browser") as phone,
        GatewayService(data) as service,
    ):
        page = phone.pages[0]
        page.add_init_script(LISTEN)
        start(page, service)
        page.get_by_label("Speak").check()
        pods.wait_until(ROLL_S)
        assert spoken(page) == []
        wait(lambda: any("rolled" in each for each in spoken(page)), SPOKEN_WITHIN_S)
        end(page)
    (joined,) = join_parts(Settings(data=data))
    (analysis,) = analyze_run(joined.run, lambda *_: None).conclude().values()
    rolls = [each for each in analysis.results.findings if each.kind is Kind.INVERSION_EVENT]
    assert {each.foot for each in rolls} == {Foot.LEFT}
    assert len({each.id for each in rolls}) == 1
    errors_s = [clock_error_s(joined.run, pods, number) for number in (0, 1)]
    assert abs(float(np.median(errors_s[0]) - np.median(errors_s[1]))) < 0.005


def spoken(page: Page) -> list[str]:
    """What the phone has said."""
    return [str(each) for each in page.evaluate("window.spoken")]


def clock_error_s(run: RunFolder, pods: PodsInReach, number: int) -> Floats:
    """(n,) session time less true time of a pod's samples, but for a constant that both pods share."""
    got = {
        Packet.from_bytes(each.data).sequence
        for each in entries(run)
        if isinstance(each, PacketEntry) and each.pod == number
    }
    truth = list(pods.runner.pods.values())[number].truth
    true_s = np.concatenate([each.time_s for each in truth if each.sequence in got])
    found_s: Floats = replayed(run).times_s(number) - true_s
    return found_s
