"""Errors of Bluetooth and of single pods, one sentence each."""

from __future__ import annotations

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakDBusError, BleakError

from surefoot.sensor_ingest.errors import IngestError


class RadioError(IngestError):
    """The computer's Bluetooth does not work; says why and what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        self.reason = reason
        self.advice = advice
        super().__init__(f"Bluetooth cannot be used ({reason}); {advice}.")

    @property
    def summary(self) -> str:
        """Reason and advice, to be shown beside a pod."""
        return f"{self.reason}; {self.advice}"


class PodRefusedError(IngestError):
    """A pod violated the protocol; the run continues without it until it is tried again."""

    def __init__(self, serial: str, reason: str) -> None:
        self.serial = serial
        self.reason = reason
        super().__init__(f"Pod {serial} is not used: {reason}.")


class BondError(PodRefusedError):
    """A pod that is not the one there is a bond with, or does not bond."""

    def __init__(self, serial: str, reason: str) -> None:
        super().__init__(serial, f"{reason}; if it was reset or replaced, run: surefoot pods --forget-bond {serial}")


class LinkLostError(IngestError):
    """The connection to a pod ended; the supervisor connects again."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"Connection lost: {reason}.")


class NotBondedError(LinkLostError):
    """A request that the pod refuses for want of a bond, which could not be made or may not be made again."""


BLUETOOTH_FAILURES = (BleakError, OSError, EOFError, TimeoutError)
"""What bleak raises if Bluetooth itself does not work."""

TRANSIENT_ERRORS = (BleakError, TimeoutError, OSError, EOFError, LinkLostError)
"""Errors after which the connection to a pod is tried again."""

_Reason = BleakBluetoothNotAvailableReason
_ADVICE = {
    _Reason.NO_BLUETOOTH: ("this computer has no Bluetooth adapter", "plug one in"),
    _Reason.NO_BLE_CENTRAL_ROLE: (
        "the Bluetooth adapter is too old for pods",
        "plug in one with Bluetooth 4.2 or later",
    ),
    _Reason.POWERED_OFF: ("Bluetooth is switched off", "switch it on"),
    _Reason.DENIED_BY_USER: ("surefoot may not use Bluetooth", "allow it in the system's privacy settings"),
    _Reason.DENIED_BY_SYSTEM: ("the system does not let this user use Bluetooth", "ask its administrator"),
}
_SERVICE_STOPPED = "the Bluetooth service is not running", "start it, on Linux with: sudo systemctl start bluetooth"
_SERVICE_UNKNOWN = "org.freedesktop.DBus.Error.ServiceUnknown"


def loss_reason(error: BaseException) -> str:
    """Why a connection ended, in a few words."""
    return error.reason if isinstance(error, LinkLostError) else str(error) or type(error).__name__


def radio_error(error: Exception) -> RadioError:
    """The RadioError that explains an exception of bleak or the system."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return RadioError(*_ADVICE.get(error.reason, (str(error.args[0]), "switch it on and check the permissions")))
    absent = isinstance(error, BleakDBusError) and error.dbus_error == _SERVICE_UNKNOWN
    if absent or isinstance(error, FileNotFoundError | ConnectionError | EOFError):
        return RadioError(*_SERVICE_STOPPED)
    return RadioError(str(error) or type(error).__name__, "switch it on and check the permissions")
