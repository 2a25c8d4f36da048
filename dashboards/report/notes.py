"""Fixed paragraphs of every report: method, uncertainty and limits."""

from __future__ import annotations

METHOD = (
    "A pod on each shoe measures how the foot accelerates and turns, about 200 times a second. Landing and push-off "
    "give the times of ground contact; these, and the foot's rotation, give all other numbers.",
    "Every median is given with its 95 % interval (±). The interval shows how much strides scatter, not how far off "
    "the method itself is. The method is good to about ±15 ms of ground contact between one person and another; such "
    "an offset is the same on both feet and all the time, so changes and left–right differences are known much better"
    " than the values themselves.",
    "Left and right are compared with the runner's own first minutes, never with somebody else's. A change counts only "
    "if it is larger than chance and than the smallest change we report, lasts for minutes, and is not explained by a "
    "change of pace. A road that slopes sideways loads the sides unequally as well: it shows in how both feet stand, "
    "its possible effect is allowed for, and each finding says what else would look the same.",
    "An ankle roll is reported when the foot turns outward faster and farther than in any of the runner's own stances, "
    "on the ground and within 0.2 s of landing. It is recorded after it has happened; no alert is fast enough to "
    "prevent one.",
    "The jolt at the shoe is not the load on the bone: the two often change in opposite directions. Distance and "
    "speed come from the pods alone and are less exact than a measured course.",
)
NOT_CLAIMED = (
    "This report is not a diagnosis, gives no probability of an injury and no advice on how to land. What the data "
    "cannot support is left out."
)
