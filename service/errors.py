"""Errors of requests, each one sentence for the person at the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

MASK = "********"
MIN_MASKED_LENGTH = 6
"""Shorter secrets would be found in ordinary words."""


def mask_secrets(text: str, secrets: Iterable[str]) -> str:
    """A text from elsewhere without our secrets, the longest first, as one may be part of another."""
    for secret in sorted((each for each in secrets if len(each) >= MIN_MASKED_LENGTH), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def strip_errno(reason: str) -> str:
    """A system error's text without its number."""
    return re.sub(r"^\[Errno -?\d+\] ", "", reason)


class RequestError(Exception):
    """Root of what the command line refuses to do; str() is one sentence: what is wrong, what to do."""


class NoRecordingError(RequestError):
    """No file was given."""

    def __init__(self) -> None:
        super().__init__("no recording was given; name at least one with --left FILE or --right FILE.")


class SameRecordingError(RequestError):
    """One recording was given for both feet."""

    def __init__(self, left: Path, right: Path) -> None:
        self.left = left
        self.right = right
        names = f"{left} was given for both feet" if left == right else f"{left} and {right} are the same recording"
        super().__init__(f"{names}; give each foot its own.")


class FeetApartError(RequestError):
    """The two recordings do not overlap in time."""

    def __init__(self, left_s: tuple[float, float], right_s: tuple[float, float]) -> None:
        self.left_s = left_s
        self.right_s = right_s
        spans = " but ".join(
            f"the {foot} recording runs from {start_s:.1f} to {end_s:.1f} s"
            for foot, (start_s, end_s) in (("left", left_s), ("right", right_s))
        )
        super().__init__(f"{spans}, so they never overlap; both feet must be recorded together on one clock.")


class OutputError(RequestError):
    """The output file cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path} cannot be written ({reason}); choose another place.")


class ScenarioUnknownError(RequestError):
    """There is no scenario of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"there is no scenario {name!r}; choose one of {', '.join(known)}.")


class NoPodError(RequestError):
    """No pod in range says on which foot it sits; `foot_pod` is whether another foot pod was named."""

    def __init__(self, heard: Sequence[str], *, foot_pod: bool = False) -> None:
        self.heard = tuple(heard)
        more = (
            " A foot pod gives cadence and speed, nothing of left and right: it is recorded beside a pod."
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


class FeetUnknownError(RequestError):
    """Which pod is on which foot could not be learned."""

    def __init__(self, silent: Sequence[str]) -> None:
        self.silent = tuple(silent)
        reason = f"nothing was heard from {' and '.join(silent)}" if silent else "no clear answer came"
        super().__init__(
            f"which pod is on which foot is not known, as {reason}; nothing was kept. Wear both pods, stay near, and "
            "try again: stand still until you are asked, then lift the left foot or tap its pod."
        )


class FootUnknownError(RequestError):
    """Nobody knows on which foot a pod was that kept a run."""

    def __init__(self, serial: str) -> None:
        self.serial = serial
        super().__init__(
            f"pod {serial} kept a run, but on which foot it was is not known; nothing is lost. Say it with --left or "
            f"--right {serial[-4:]}, or run surefoot confirm and sync again."
        )


class RunUnknownError(RequestError):
    """There is no such run."""

    def __init__(self, named: str, folder: Path) -> None:
        self.named = named
        self.folder = folder
        super().__init__(f"there is no run {named} here or in {folder}; surefoot runs lists those there are.")


class RunOpenError(RequestError):
    """The run has not ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path} has not ended; surefoot live or surefoot run --continue brings it to its end, ship --backfill too."
        )


class NoRunNamedError(RequestError):
    """No run was named, nor all of them."""

    def __init__(self) -> None:
        super().__init__("no run was named; give the id of one or more, last for the newest, or --all.")


class RunIsFileError(RequestError):
    """A file was given for a run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} is a file, not a run; CSV files are for surefoot analyze --left FILE --right FILE.")


class RunnerUnknownError(RequestError):
    """The run has no such runner, or several and none was chosen."""

    def __init__(self, wanted: str | None, runners: Sequence[str]) -> None:
        self.wanted = wanted
        self.runners = tuple(runners)
        what = f"has {len(runners)} runners" if wanted is None else f"has no runner {wanted!r}"
        super().__init__(f"the run {what}; choose one with --runner: {', '.join(runners)}.")


class RunnerNotChosenError(RequestError):
    """The store has no such runner, or several and none was chosen."""

    def __init__(self, wanted: str | None, runners: Sequence[str]) -> None:
        self.wanted = wanted
        self.runners = tuple(runners)
        known = f"; known are: {', '.join(runners)}" if runners else ""
        what = "say whose load" if wanted is None else f"no runs of {wanted!r} are kept"
        super().__init__(f"{what}{known}.")


class LengthError(RequestError):
    """Something that is no length of a run."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no length of a run; give one such as 10km, 5000m or 6.2mi.")


class TwoSourcesError(RequestError):
    """A run and files were given."""

    def __init__(self, options: str, instead: str) -> None:
        super().__init__(f"{options} do not go together; give {instead}.")


class SettingsError(RequestError):
    """The settings file or the environment is invalid; every problem has its own line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        if len(problems) == 1:
            super().__init__(
                f"in the settings, {problems[0]}; correct it; surefoot config shows the effective settings."
            )
        else:
            told = "".join(f"\n  {problem}" for problem in problems)
            super().__init__(f"{len(problems)} problems in the settings; correct them:{told}")


class StoreError(RequestError):
    """The file of results cannot be read or written."""

    def __init__(self, path: Path, reason: str, instead: str) -> None:
        self.path = path
        self.reason = reason
        self.instead = instead
        super().__init__(f"{path} cannot be used ({reason}); {instead}.")


class StoreBrokenError(StoreError):
    """The file of results is damaged."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason, "surefoot live makes a new one from the recordings")


class DataFolderBusyError(RequestError):
    """Another process records with the same data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"another surefoot records with the data folder {folder}; stop it first, or set data to another folder."
        )


class BackupError(RequestError):
    """A backup cannot be made or restored."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"{folder}: {reason}.")


class NoRunnerError(RequestError):
    """The settings name no runner."""

    def __init__(self) -> None:
        super().__init__(
            "the settings name no runner; add [runners.NAME] with left and right, or try --simulated 4 first."
        )


class NoServerError(RequestError):
    """The settings name no server."""

    def __init__(self) -> None:
        super().__init__("the settings name no server; set influxdb.url or mqtt.host, surefoot config shows them.")


class NothingToCountError(RequestError):
    """There is no server whose rows can be counted."""

    def __init__(self) -> None:
        super().__init__(
            "only the rows of InfluxDB can be counted, and influxdb.url is not set; surefoot doctor looks at MQTT."
        )


class ExportError(RequestError):
    """A server does not accept exported rows."""

    def __init__(self, server: str, reason: str, advice: str) -> None:
        self.reason = reason
        super().__init__(f"{server} does not accept it ({reason}). {advice} Nothing is lost meanwhile.")


class BrowserError(RequestError):
    """There is no browser for printing, or it failed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"a PDF needs a browser ({reason}); install Chromium, or print the HTML report yourself.")


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


class WallError(RequestError):
    """The wall cannot be shown there."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{reason}.")


class GatewayNameError(RequestError):
    """That is no name for a gateway."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} is no name for a gateway; use up to 32 small letters, digits and -, not beginning with phone-."
        )


class GatewayUnknownError(RequestError):
    """There is no key of that gateway."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        there = f"there are keys for {', '.join(known)}" if known else "there are no keys"
        super().__init__(f"there is no key for a gateway {name!r}; {there}.")


class GatewayKeysError(RequestError):
    """The file of the gateways' keys cannot be read or written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"the keys of the gateways in {path} cannot be used ({reason}).")


class GatewayCertificateError(RequestError):
    """The authority of the service's certificate cannot be used."""

    def __init__(self, path: Path | None, reason: str) -> None:
        self.path = path
        super().__init__(f"{path} is no certificate authority in PEM that can be read ({reason}); see gateway.ca_file.")


class ServiceUnreachableError(RequestError):
    """The service that a gateway hands its recordings to cannot be reached."""

    def __init__(self, url: str, reason: str, advice: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(f"{url} cannot be reached ({reason}); {advice}.")


class ServiceRefusedError(RequestError):
    """The service does not take what a gateway sends.

    Parameters
    ----------
    received : bytes of the journal that it has; None where it does not say.
    """

    def __init__(self, status: int, sentence: str, received: int | None) -> None:
        self.status = status
        self.received = received
        super().__init__(sentence)


class NoGatewayUrlError(RequestError):
    """The settings name no service."""

    def __init__(self) -> None:
        super().__init__("the settings name no service; set gateway.url to the address of its wall, and gateway.key.")


class CertificateError(RequestError):
    """No certificate for the wall can be made."""


class NothingToExportError(RequestError):
    """Nothing was recorded of a runner."""

    def __init__(self, run: str, runner: str) -> None:
        self.run = run
        self.runner = runner
        super().__init__(f"of {runner} in run {run} nothing was recorded that could be exported; choose another run.")


class ExportFormUnknownError(RequestError):
    """A run cannot be exported in that form."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"a run cannot be exported as {name!r}; choose from {', '.join(known)}.")


class NoExportFolderError(RequestError):
    """Where exported files go was not said, or twice."""

    def __init__(self) -> None:
        super().__init__("say once where the files go: --to FOLDER --as FORMS, or --csv FOLDER for the readings alone.")


class EntryError(RequestError):
    """Something that was typed and cannot be kept."""


class TrackApartError(RequestError):
    """What a watch kept does not go with what the pods felt."""

    def __init__(self, run: str, compared: str, why: str) -> None:
        self.run = run
        self.compared = compared
        self.why = why
        super().__init__(
            f"the watch's {compared} does not show that it was on run {run} ({why}), so it was not joined; check that "
            "run and runner are the right ones."
        )


class WatchRunUnknownError(RequestError):
    """There is no such run of a watch, and no track of one."""

    def __init__(self, named: str) -> None:
        self.named = named
        super().__init__(f"{named} is no run of a watch, and no track is joined to it; surefoot runs lists the runs.")


class NoWatchFileNamedError(RequestError):
    """Neither a file nor what to forget was named, or both."""

    def __init__(self) -> None:
        super().__init__("say either which files of a watch to take in, or which run to --forget.")


class NothingOfRunnerError(RequestError):
    """Nothing is known of a runner."""

    def __init__(self, runner: str) -> None:
        self.runner = runner
        super().__init__(f"nothing of a runner {runner!r} is here; surefoot runs lists who ran.")


class NotConfirmedError(RequestError):
    """Somebody has to say yes, and there is no terminal."""

    def __init__(self) -> None:
        super().__init__("this cannot be undone, and there is no terminal to ask at; say --yes if it is meant.")


class AccountError(RequestError):
    """An account that cannot be made or changed."""
