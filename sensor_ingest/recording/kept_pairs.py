"""Which pods were worn together, of those that kept something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from surefoot.sensor_ingest.recording.cutting import TakenOver


def pair_pods(pods: Sequence[TakenOver]) -> list[list[TakenOver]]:
    """Each runner's pods two by two, as one who changes pods has more; a second one on a foot is taken to be on the
    other."""
    rest, pairs = list(pods), list[list[TakenOver]]()
    while rest:
        first = rest.pop(0)
        own = [pod for pod in rest if pod.worn.runner == first.worn.runner]
        second = min(own, key=lambda pod: (not _met(first, pod), pod.worn.foot is first.worn.foot), default=None)
        if second is None:
            pairs.append([first])
        else:
            rest.remove(second)
            pairs.append([first, replace(second, worn=replace(second.worn, foot=first.worn.foot.other))])
    return pairs


def _met(first: TakenOver, second: TakenOver) -> bool:
    """Whether one of two pods heard the other."""
    heard = {(pod.kept.tag, beacon.partner_tag) for pod in (first, second) for beacon in pod.kept.beacons}
    tags = first.kept.tag, second.kept.tag
    return tags in heard or tags[::-1] in heard
