"""Pods that a command cannot use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from surefoot.service.errors import RequestError


class NoPodError(RequestError):
    """No pod in range says on which foot it sits; `foot_pod` is whether another foot pod was named."""

    def __init__(self, heard: Sequence[str], *, foot_pod: bool = False) -> None:
        self.heard = tuple(heard)
        more = (
            " A foot pod alone is recorded by surefoot live, once the settings name it: cadence and speed, nothing of "
            "left and right."
            if foot_pod
            else ""
        )
        if heard:
            text = (
                f"the pods in range ({', '.join(heard)}) do not say on which foot they are; name them with --left TAG"
            )
            super().__init__(f"{text} and --right TAG.{more}")
        else:
            text = "no pod is in range; wake the pods by moving the shoes, bring them near and try again."
            super().__init__(f"{text}{more}")


class SamePodError(RequestError):
    """One pod was named for both feet."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"pod {name} was named for both feet; give each foot its own.")


class OnePodError(RequestError):
    """Both pods are needed, and one is there."""

    def __init__(self, there: Sequence[str]) -> None:
        self.there = tuple(there)
        super().__init__(
            f"both pods are needed, and only {', '.join(there)} is there; wake the other by moving its shoe, or name "
            "both with --left TAG and --right TAG."
        )


class NoBondError(RequestError):
    """There is no bond with a pod."""

    def __init__(self, pod: str, folder: Path) -> None:
        self.pod = pod
        self.folder = folder
        super().__init__(f"{folder} has no bond with a pod {pod}; check its serial number.")


class NoDongleError(RequestError):
    """No dongle was named."""

    def __init__(self) -> None:
        super().__init__("no dongle was named; give at least one with --left DONGLE or --right DONGLE, such as usb:0.")


class DongleError(RequestError):
    """A Bluetooth dongle cannot be used."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(
            f"there is no usable Bluetooth dongle at {name} ({' '.join(reason.split())}); plug one in that the system "
            "does not use, and name it as bumble does: usb:0, serial:/dev/ttyACM0, tcp-client:127.0.0.1:9001."
        )
