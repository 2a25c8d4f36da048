"""How much was run, and what of it is longer than before, by tables written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.history import PastRun, days_in_a_row, running_days
from surefoot.analysis.weeks.labels import Shoe, Surface
from surefoot.analysis.weeks.load import RULE, load, said_of_load, weeks
from surefoot.analysis.weeks.session_length import session

NOW = datetime(2026, 5, 31, 18, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def ran(days_ago: float, km: float | None = 10.0, minutes: float = 60.0, **more: object) -> PastRun:
    started = NOW - timedelta(days=days_ago)
    distance_m = None if km is None else 1000.0 * km
    return PastRun(f"r{days_ago}", started, 60.0 * minutes, 60.0 * minutes, distance_m, **more)  # type: ignore[arg-type]


def began(at: datetime, minutes: float = 60.0) -> PastRun:
    return PastRun(at.isoformat(), at, 60.0 * minutes, 60.0 * minutes, 10_000.0)


STUDY = "In 5,205 runners such runs were followed by more overuse injuries ({}); that is a finding about groups."


@pytest.mark.parametrize(
    ("history", "km", "said"),
    [
        ([ran(3)], 11.0, ""),
        ([ran(3, 11.0)], 12.1, ""),
        ([ran(3)], 11.001, "11.0 km is 10 % over the longest run of 30 days (10.0 km, 28 May). +64 %, 31 to 105"),
        ([ran(3)], 13.0, "13.0 km is 30 % over the longest run of 30 days (10.0 km, 28 May). +64 %, 31 to 105"),
        ([ran(3)], 13.001, "13.0 km is 30 % over the longest run of 30 days (10.0 km, 28 May). +52 %, 16 to 100"),
        ([ran(3)], 25.0, "25.0 km is 150 % over the longest run of 30 days (10.0 km, 28 May). +128 %, 50 to 248"),
        ([ran(29, 20.0), ran(3)], 20.0, ""),
        ([ran(30, 20.0), ran(3)], 20.0,
         "20.0 km is 100 % over the longest run of 30 days (10.0 km, 28 May). +52 %, 16 to 100"),
        ([ran(41)], 8.0, "First run for 41 days."),
        ([ran(30)], 8.0, "First run for 30 days."),
        ([], 8.0, ""),
        ([ran(-1, 1.0), ran(0, 8.0)], 8.0, ""),
        ([ran(0.2, 10.0)], 10.0, ""),
        ([ran(3, 30.0, minutes=0.0), ran(41)], 8.0, "First run for 41 days."),
        ([ran(3)], None, "The length of this run is not known: it is not compared with the longest run."),
        ([ran(3), ran(2, None)], 20.0, "The length of the run of 29 May is not known: this run is not compared."),
        ([ran(3), ran(2, None, minutes=30.0)], 10.0, ""),
    ],
    ids=[
        "1.10 exactly", "1.10 in numbers that round", "1.1001", "1.30", "1.3001", "2.5", "29 days old", "30 days old",
        "none in 30 days", "the only one is 30 days old", "the first run", "later runs", "the second of a day",
        "walked only", "no distance", "a long run without distance", "a short run without distance",
    ],
)  # fmt: skip
def test_a_run_against_the_longest_of_thirty_days(history: list[PastRun], km: float | None, said: str) -> None:
    fact, _, found = said.rpartition(". +")
    expected = f"{fact}. {STUDY.format('+' + found)}" if fact else said
    assert session(history, ran(0, km)).sentence == expected


def test_a_spring_night_without_an_hour_is_no_reason_to_forget_a_run() -> None:
    now = began(datetime(2026, 3, 30, 18, tzinfo=BERLIN))
    assert session([began(datetime(2026, 3, 1, 20, tzinfo=BERLIN))], now).ratio == 1.0
    assert session([began(datetime(2026, 2, 28, 23, 59, tzinfo=BERLIN))], now).ratio is None


def test_dates_are_those_of_the_place_where_a_run_began() -> None:
    tokyo = began(datetime(2026, 5, 10, 6, tzinfo=timezone(timedelta(hours=9))))
    honolulu = began(datetime(2026, 5, 9, 18, tzinfo=timezone(timedelta(hours=-10))))
    assert (tokyo.day, honolulu.day) == (date(2026, 5, 10), date(2026, 5, 9))
    assert session([tokyo], honolulu).longest is None  # its date was the day after: no day of the thirty
    assert session([honolulu], tokyo).days_since is None


def test_a_run_across_midnight_is_no_rest_day_on_both_dates() -> None:
    late = began(datetime(2026, 5, 11, 23, 30, tzinfo=UTC))
    assert running_days([late]) == {date(2026, 5, 11), date(2026, 5, 12)}
    assert days_in_a_row([late, began(datetime(2026, 5, 13, 8, tzinfo=UTC))], date(2026, 5, 13)) == 3


@pytest.mark.parametrize(
    ("days_ago", "count"), [([0, 1, 2], 3), ([1, 2], 2), ([2, 3], 0), ([0, 2], 1), ([0, 0.1], 1), ([], 0)]
)
def test_days_in_a_row(days_ago: list[float], count: int) -> None:
    assert days_in_a_row([ran(each) for each in days_ago], NOW.date()) == count


def test_two_minutes_of_running_make_a_day_of_running() -> None:
    assert days_in_a_row([ran(0, 0.4, 2.0)], NOW.date()) == 1
    assert days_in_a_row([ran(0, 0.4, 1.99)], NOW.date()) == 0


def test_rolling_weeks_are_told_with_what_the_rule_is_worth() -> None:
    history = [ran(6), ran(0, 14.0), ran(7), ran(13), ran(14, 99.0)]
    said = "24.0 km in the last 7 days, 20 % more than in the 7 days before (20.0 km). "
    assert weeks(history, NOW.date()).sentence == said + RULE
    assert weeks([ran(0), ran(7)], NOW.date()).sentence.startswith(
        "10.0 km in the last 7 days, as much as in the 7 days"
    )
    assert weeks([ran(0)], NOW.date()).sentence == ""


def test_weeks_with_a_run_of_unknown_length_are_compared_in_minutes() -> None:
    said = "30 min in the last 7 days, 50 % less than in the 7 days before (60 min). "
    assert weeks([ran(0, None, 30.0), ran(8)], NOW.date()).sentence == said + RULE


def test_a_load_counts_runs_without_pods_and_says_how_many() -> None:
    feet = {Foot.LEFT: 4000, Foot.RIGHT: 4100}
    with_pods = ran(1, contacts=feet, impact_dose_g={Foot.LEFT: 9000.0}, run_s_by_pace={5: 1800.0, 6: 1800.0})
    found = load([with_pods, ran(2, 12.0, 70.0), ran(3, None, 20.0, run_s_by_pace={6: 60.0}), ran(4, 5.0, 0.0)])
    assert (found.runs, found.run_s, found.distance_m) == (3, 9000.0, 22_000.0)
    assert (found.contacts, found.impact_dose_g) == (feet, {Foot.LEFT: 9000.0, Foot.RIGHT: 0.0})
    assert (found.run_s_by_pace, found.without_distance, found.without_pods) == ({5: 1800.0, 6: 1860.0}, 1, 2)


def test_nothing_is_said_of_growth_inside_a_plan() -> None:
    history = [ran(10), ran(1)]
    assert len(said_of_load(history, ran(0, 20.0), in_plan=False)) == 3
    assert said_of_load(history, ran(0, 20.0), in_plan=True) == ["2 days in a row without a rest day."]


ROAD, TREADMILL = Surface.ROAD, Surface.TREADMILL


@pytest.mark.parametrize(
    ("history", "run", "said"),
    [
        ([ran(40, surface=ROAD), ran(20, surface=TREADMILL), ran(6, surface=TREADMILL)], ran(0, surface=ROAD),
         ["First road run after 2 on the treadmill: no road run in the 30 days before."]),
        ([ran(20, 12.0, surface=ROAD), ran(6, surface=TREADMILL)], ran(0, surface=ROAD),
         ["First road run after 1 on the treadmill: the longest road run of 30 days is 12.0 km."]),
        ([ran(20, 5.0, surface=ROAD), ran(6, surface=TREADMILL)], ran(0, surface=ROAD),
         ["First road run after 1 on the treadmill: the longest road run of 30 days is 5.0 km."
          " 10.0 km is 100 % over the longest road run of 30 days (5.0 km, 11 May)."]),
        ([ran(20, surface=ROAD), ran(6)], ran(0, surface=ROAD), []),
        ([ran(6, surface=TREADMILL), ran(5, surface=Surface.MIXED)], ran(0, surface=ROAD), []),
        ([ran(6, surface=TREADMILL)], ran(0), []),
        ([ran(31, hills=True), ran(6, hills=False), ran(5)], ran(0, hills=True),
         ["The first run in 30 days that is labelled as hilly."]),
        ([ran(29, hills=True)], ran(0, hills=True), []),
        ([ran(20, climb_m=258.4), ran(6, climb_m=80.0)], ran(0, climb_m=412.0),
         ["412 m climbed; the most of 30 days was 258 m (11 May)."]),
        ([ran(20, climb_m=200.0)], ran(0, climb_m=220.0), []),
        ([ran(20, climb_m=200.0)], ran(0, climb_m=220.1),
         ["220 m climbed; the most of 30 days was 200 m (11 May)."]),
        ([ran(20, climb_m=0.0)], ran(0, climb_m=49.0), []),
        ([ran(20, climb_m=200.0), ran(6)], ran(0, climb_m=412.0), []),
        ([ran(31, climb_m=20.0)], ran(0, climb_m=412.0), []),
        ([ran(20, climb_m=200.0)], ran(0), []),
        ([ran(6)], ran(0), []),
        ([ran(6, shoe="s1")], ran(0, shoe="s1"), ["Run 2 in a new shoe, Blue."]),
        ([ran(each, shoe="s1") for each in range(2, 7)], ran(0, shoe="s1"), []),
        ([ran(6)], ran(0, shoe="s2"), []),
        ([ran(6)], ran(0, shoe="gone"), []),
    ],
    ids=[
        "road after treadmill", "with a road run lately", "with a short road run lately", "surface unknown between",
        "mixed between", "surface unknown now", "hills", "hills lately",
        "more climbed", "a tenth more climbed", "a little more than a tenth", "a flat run", "a run without heights",
        "no climb lately", "no heights now", "hills not labelled", "a new shoe",
        "no longer new", "a shoe that had run elsewhere", "a shoe that nobody knows",
    ],
)  # fmt: skip
def test_what_is_new_is_named(history: list[PastRun], run: PastRun, said: list[str]) -> None:
    shoes = {"s1": Shoe("s1", "Blue"), "s2": Shoe("s2", "Red", distance_m=300_000.0)}
    assert said_of_load(history, run, in_plan=True, shoes=shoes) == said


def test_a_run_tells_its_offset() -> None:
    with pytest.raises(ValueError, match="started must tell its offset to UTC: 2026-05-31 18:00:00"):
        began(datetime(2026, 5, 31, 18))


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([(0, 10.0), (3, 4.2), (9, 10.1)], "14.2 km in 7 days, 10.1 km in the 7 before."),
        ([(0, 10.0), (3, None), (9, 10.1)], "120 min in 7 days, 60 min in the 7 before."),
        ([(0, 5.0)], "5.0 km in 7 days, nothing in the 7 before."),
        ([], ""),
    ],
)
def test_two_weeks_are_told_in_short_without_a_comparison(runs: list[tuple[int, float | None]], expected: str) -> None:
    assert weeks([ran(days_ago, km) for days_ago, km in runs], NOW.date()).in_short == expected
