"""Fixed paragraphs of every report: method, uncertainty and limits."""

from __future__ import annotations

METHOD = (
    "A pod on each shoe feels how the foot is accelerated and turned, some 200 times a second. From its landing and "
    "its push-off come the moments of contact; from them, and from the foot's turning, all other numbers.",
    "Every median stands with its 95 % interval (±), which tells how much strides scatter, not how far the method "
    "itself is off. The method is good to about ±15 ms of ground contact between one person and another; such an "
    "offset is the same on both feet and all the time, so that changes and left–right differences are much better "
    "known than the figures themselves.",
    "Left and right are held against your own first minutes, never against somebody else's. A change counts only if "
    "it is larger than chance and than the smallest change worth telling, stays for minutes, and is not explained by "
    "a change of pace. A tilted road loads the sides unequally as well: it shows in how both feet stand, what it may "
    "do is allowed for, and each finding says what else would look the same.",
    "An ankle roll is told when the foot turns outward faster and farther than any of your own stances, on the ground "
    "and within 0.2 s of landing. It is recorded after it has happened; no alert is fast enough to prevent one.",
    "The jolt at the shoe is not the load on the bone: the two often move in opposite directions. Distance and speed "
    "come from the pods alone and are less exact than a measured course.",
)
NOT_CLAIMED = (
    "This report is no diagnosis, gives no probability of an injury and no advice on how to land. What the data cannot "
    "support is left out."
)
