"""What the boards have to show, planted in a real database.

A squad on a simulated radio: an ankle roll, a hard lander, a pod that falls silent, an ordinary runner. A run of twenty
minutes with a drift, and five runs in five weeks, in one of which the clocks change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from surefoot.analysis.findings import Finding, Kind
from surefoot.analysis.metrics import CONTACT, IMPACT
from surefoot.analysis.model import Foot, Gait
from surefoot.analysis.weeks.baselines import Balance
from surefoot.analysis.weeks.usual import Usual, UsualKind
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.motion import PlannedBout
from surefoot.firmware_sim.scenarios import Outage, Scenario, make_scenario
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.pipeline.analysis import Analysis
from surefoot.service.serialization.run_summary import summary_to_dict
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.writing import RunClock, StoreWriter
from tests.dashboards.grafana_world import TIME_ZONE, BoardDatabase, record_squad
from tests.dashboards.influx_versions import OLD, both_versions
from tests.dashboards.runs import analysed
from tests.service.servers import TOKEN, InfluxServer

ZONE = ZoneInfo(TIME_ZONE)
ROLLS, LANDS_HARD, FALLS_SILENT, ORDINARY = RUNNERS = ("runner-1", "runner-2", "runner-3", "runner-4")
SILENT_FOOT, SILENT_FOR_S = Foot.LEFT, 55.0
HARD = 1.6
"""How much harder than the others' the landings of the second runner are."""
ROLL = InversionEvent(Foot.LEFT, 150.0, peak_deg=36.0, rise_s=0.08)
DRIFT_PCT, DRIFT_AT_S, DRIFTING_S = -6.0, 728.0, 1148.0
DRIFTING_BEGAN = datetime(2026, 4, 11, 8, 0, tzinfo=ZONE)
BALANCE = f"{CONTACT}_asymmetry_pct"
DRIFTING = "20260411T060000Z-00000001"
WEEKLY: Mapping[datetime, float] = {
    datetime(2026, 3, 10, 18, 0, tzinfo=ZONE): 30.0,
    datetime(2026, 3, 22, 23, 0, tzinfo=ZONE): 45.0,
    datetime(2026, 3, 29, 21, 0, tzinfo=ZONE): 60.0,  # the clocks went forward that morning
    datetime(2026, 3, 31, 7, 0, tzinfo=ZONE): 20.0,
    datetime(2026, 4, 6, 7, 0, tzinfo=ZONE): 50.0,
}
"""When each run of the weeks ended → minutes of running."""
BALANCES_PCT: Mapping[datetime, tuple[float | None, float, float | None]] = dict(
    zip(
        WEEKLY,
        ((None, 0.5, None), (-0.6, 0.4, 1.4), (0.2, 1.0, 1.8), (-1.5, 0.7, 2.9), (0.9, 1.6, 2.3)),
        strict=True,
    )
)
"""The same → the balance, between the ends of its interval; an older version stored none of the first."""
USUAL_PCT: Mapping[datetime, tuple[float, float]] = dict(
    zip(list(WEEKLY)[2:], ((-2.1, 3.7), (-2.4, 4.0), (-2.2, 3.8)), strict=True)
)
"""The same → between what it was expected by the anchor, which was confirmed after the second."""
ANCHOR_PCT, RECENT_PCT = (0.2, 1.4, 0.8, 1.1, 0.5), (5.0, 5.4, 5.2, 5.1, 5.3)
"""Healthy runs before the one with a drift: those that were confirmed, and others that are newer."""
LANDINGS_SPM: Mapping[Foot, float] = {Foot.LEFT: 82.0, Foot.RIGHT: 80.0}
"""Landings of each foot in a minute of the weeks' runs; two of the right's are not measured."""
LAST_WEEK = datetime(2026, 4, 13, 12, 0, tzinfo=ZONE)


def _healthy(balances_pct: tuple[float, ...]) -> Mapping[tuple[Gait, str], tuple[Balance, ...]]:
    began = datetime(2026, 3, 1, 8, tzinfo=ZONE)
    return {
        (Gait.RUN, CONTACT): tuple(
            Balance(f"r{day}", began + timedelta(days=day), Gait.RUN, pct, 0.3, 2.9)
            for day, pct in enumerate(balances_pct)
        )
    }


USUAL = Usual(date(2026, 3, 28), {UsualKind.ANCHOR: _healthy(ANCHOR_PCT), UsualKind.RECENT: _healthy(RECENT_PCT)})


@dataclass(frozen=True, slots=True)
class Planted:
    """The database with its choices, and what is in it; the pictures are of the 1.6.

    Parameters
    ----------
    squad : at the end of the squad's run.
    drifting : at the end of the run with a drift.
    weekly : on the Monday after the last of the weeks.
    roll : what was planted for the squad's first runner.
    weekly_dose_g : impact load of each foot in a minute of the weeks' runs.
    versions : each version of InfluxDB with the same rows.
    """

    squad: BoardDatabase
    drifting: BoardDatabase
    weekly: BoardDatabase
    roll: InversionEvent
    weekly_dose_g: Mapping[Foot, float]
    versions: Mapping[str, InfluxClient]

    def later(self, seconds: float) -> BoardDatabase:
        """The squad's boards some time after the run."""
        return replace(self.squad, now_ms=self.squad.now_ms + round(1000.0 * seconds))


def squad(minutes: float) -> tuple[Scenario, ...]:
    """The runners in the order of `RUNNERS`."""
    hard, silent = make_scenario("easy", minutes, 2), make_scenario("easy", minutes, 3)
    return (
        make_scenario("ankle-roll", minutes, 1),
        replace(hard, runner=replace(hard.runner, impact_scale=HARD)),
        replace(silent, faults=(Outage(SILENT_FOOT, 60.0 * minutes - SILENT_FOR_S, 600.0),)),
        make_scenario("tempo", minutes, 4),
    )


@contextmanager
def planted(folder: Path, minutes: float) -> Iterator[Planted]:
    """A database with all of it, while the context is open; the squad runs for so long."""
    with InfluxServer(folder / "influxdb") as server:
        found = {"data": folder / "data", "influxdb": {"url": server.url, "token": TOKEN}}
        settings = Settings.model_validate(found)
        plays = squad(minutes)
        record_squad(settings, plays, minutes)
        run, ended_ms = _squads_run(settings)
        drifting = analysed(_drifting_plan(), (ROLL,))
        _store_drifting(settings, drifting)
        doses = _store_weeks(settings, drifting)
        with both_versions(folder, settings) as versions:
            for influx in versions.values():
                influx.write([*_pods_of_the_drifting_run(), *_usual_of_the_weeks()])
            now = BoardDatabase(versions[OLD], (ROLLS,), run, ended_ms + 1000)
            yield Planted(
                now,
                replace(now, run=DRIFTING, now_ms=_ms(DRIFTING_BEGAN + timedelta(seconds=DRIFTING_S)), frozen=DRIFTING),
                replace(now, now_ms=_ms(LAST_WEEK)),
                plays[0].inversion_events[0],
                doses,
                versions,
            )


def _squads_run(settings: Settings) -> tuple[str, int]:
    with StoreReader(settings.store_path) as reader:
        (run,) = reader.runs(ROLLS)
    assert run.summary is not None
    return run.run, _ms(datetime.fromisoformat(run.summary["ended"]))


def _drifting_plan() -> tuple[PlannedBout, ...]:
    return (
        PlannedBout("still", 8.0),
        PlannedBout("run", DRIFT_AT_S - 8.0, 2.9),
        PlannedBout("run", DRIFTING_S - DRIFT_AT_S, 2.9, contact_asymmetry_pct=DRIFT_PCT),
    )


def _store_drifting(settings: Settings, analysis: Analysis) -> None:
    clock = RunClock(DRIFTING_BEGAN)
    end_ns = clock.ns(DRIFTING_S)
    with StoreWriter(settings.store_path) as writer, writer.transaction():
        writer.add_run(DRIFTING, ROLLS, ROLLS, clock.zero_ns, "test", tuple(Foot))
        writer.add_results(DRIFTING, ROLLS, clock, analysis.results, USUAL)
        summary = summary_to_dict(analysis.results, clock.zero_ns, end_ns, {})
        writer.add_summary(DRIFTING, ROLLS, end_ns, summary, USUAL)


def _store_weeks(settings: Settings, analysis: Analysis) -> Mapping[Foot, float]:
    """One run for each entry of `WEEKLY`, with a finding in the second; impact load per minute of a foot."""
    numbers = summary_to_dict(analysis.results, 0, 0, {})["numbers"]
    per_minute = {foot: 60.0 * numbers[f"impact_dose_g_{foot}"] / numbers["run_time_s"] for foot in Foot}
    (roll, *_) = [finding for finding in analysis.results.findings if finding.kind is Kind.INVERSION_EVENT]
    with StoreWriter(settings.store_path) as writer, writer.transaction():
        for place, (ended, minutes) in enumerate(WEEKLY.items()):
            _store_week(writer, ended, numbers, per_minute, minutes, roll if place == 1 else None)
    return per_minute


def _store_week(
    writer: StoreWriter,
    ended: datetime,
    numbers: Mapping[str, Any],
    per_minute: Mapping[Foot, float],
    minutes: float,
    finding: Finding | None,
) -> None:
    clock = RunClock(ended - timedelta(minutes=minutes))
    run, end_ns = f"{clock.zero_ns}", clock.ns(60.0 * minutes)
    loads = {f"impact_dose_g_{foot}": minutes * dose for foot, dose in per_minute.items()}
    loads |= {f"running_contacts_{foot}": minutes * LANDINGS_SPM[foot] for foot in Foot}
    writer.add_run(run, ROLLS, ROLLS, clock.zero_ns, "test", tuple(Foot))
    if finding is not None:
        writer.add_finding(run, ROLLS, clock, finding)
    times = {"started": (ended - timedelta(minutes=minutes)).isoformat(), "ended": ended.isoformat()}
    own = {key: value for key, value in numbers.items() if not key.startswith(BALANCE)}
    told = {"numbers": {**own, "run_time_s": 60.0 * minutes, **loads, **_balance(ended)}, "findings": [], "spikes": {}}
    writer.add_summary(run, ROLLS, end_ns, {**told, **times})


def _balance(ended: datetime) -> Mapping[str, float]:
    """Numbers of a run's summary."""
    known = zip((f"{BALANCE}_low", BALANCE, f"{BALANCE}_high"), BALANCES_PCT[ended], strict=True)
    return {key: value for key, value in known if value is not None}


def _pods_of_the_drifting_run() -> Iterator[str]:
    """Health of the pods, which an analysed run has none of."""
    for minute in range(round(DRIFTING_S / 60.0)):
        at_ns = 1_000_000 * _ms(DRIFTING_BEGAN + timedelta(minutes=minute))
        for foot, loss_pct in ((Foot.LEFT, 0.2), (Foot.RIGHT, 0.1 + 0.05 * minute)):
            tags = f"runner={ROLLS},run={DRIFTING},foot={foot},serial=OLD-{foot}"
            yield f"pod_health,{tags} connected=1,loss_pct={loss_pct:.2f} {at_ns}"


def _usual_of_the_weeks() -> Iterator[str]:
    """Where the weeks' runs, which have no windows, were expected to be; beside it what is not drawn."""
    for ended, (low, high) in USUAL_PCT.items():
        run = RunClock(ended - timedelta(minutes=WEEKLY[ended])).zero_ns
        for kind, metric, apart in (("anchor", CONTACT, 0.0), ("recent", CONTACT, 5.0), ("anchor", IMPACT, 9.0)):
            tags = f"runner={ROLLS},run={run},foot=both,metric={metric},kind={kind}"
            fields = f"value={(low + high) / 2.0 + apart},low={low + apart},high={high + apart}"
            yield f"baselines,{tags} {fields} {1_000_000 * _ms(ended)}"


def _ms(time: datetime) -> int:
    return round(1000.0 * time.timestamp())
