"""How well the clocks of a runner's pods are known against each other in a run of several recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surefoot.sensor_ingest.recording.heard_boots import HeardRun
from surefoot.sensor_ingest.recording.joined_clocks import stretches
from surefoot.sensor_ingest.recording.pair_clock import TIMED_LIVE, PairClock

Span = tuple[float, float]
"""From and until when, session time."""


def join_pair_clocks(heard: Sequence[HeardRun], offsets_s: Mapping[int, float]) -> dict[str, PairClock]:
    """Each runner's; what one recording does not know of the clocks is known where another one heard both pods live.

    Parameters
    ----------
    offsets_s : what is added to each recording's session times.
    """
    runners = dict.fromkeys(name for run in heard for name in run.run.manifest.pair_clocks)
    return {name: _joined(name, heard, offsets_s) for name in runners}


def _joined(runner: str, heard: Sequence[HeardRun], offsets_s: Mapping[int, float]) -> PairClock:
    sd_s, unknown, live = TIMED_LIVE.sd_s, list[Span](), list[Span]()
    for part, run in enumerate(heard):
        clock = run.run.manifest.pair_clocks.get(runner)
        if clock is None:
            live += _heard_by_all(run, runner, offsets_s[part])
        else:
            sd_s = max(sd_s, clock.sd_s)
            unknown += [(start_s + offsets_s[part], end_s + offsets_s[part]) for start_s, end_s in clock.unknown_s]
    for span in live:
        unknown = [piece for each in unknown for piece in _without(each, span)]
    return PairClock(sd_s, tuple(_merged(unknown)))


def _heard_by_all(run: HeardRun, runner: str, offset_s: float) -> list[Span]:
    """When a recording heard all pods of a runner; nothing where it heard only one."""
    pods = [number for number, pod in enumerate(run.run.manifest.pods) if pod.runner == runner]
    spans = [
        [
            (each.session_s(each.first_us), each.session_s(each.last_us))
            for boot in run.boots.get(number, ())
            for each in stretches(boot, offset_s, 0)
        ]
        for number in pods
    ]
    both = spans[0] if len(spans) > 1 else []
    for other in spans[1:]:
        both = [(max(a[0], b[0]), min(a[1], b[1])) for a in both for b in other if max(a[0], b[0]) < min(a[1], b[1])]
    return both


def _without(span: Span, known: Span) -> list[Span]:
    pieces = [(span[0], min(span[1], known[0])), (max(span[0], known[1]), span[1])]
    return [piece for piece in pieces if piece[0] < piece[1]]


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span[0] <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], span[1])
        else:
            merged.append(span)
    return merged
