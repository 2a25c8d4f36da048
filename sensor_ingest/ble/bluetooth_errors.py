"""Why Bluetooth does not work, and what to do about it."""

from __future__ import annotations

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakDBusError, BleakError

from surefoot.sensor_ingest.recording.errors import RadioError

RADIO_FAILURES = (BleakError, OSError, EOFError, TimeoutError)
"""What bleak raises when the radio, not a pod, is the trouble."""

_Why = BleakBluetoothNotAvailableReason
_ADVICE = {
    _Why.NO_BLUETOOTH: ("this computer has no Bluetooth adapter", "plug one in"),
    _Why.NO_BLE_CENTRAL_ROLE: ("the Bluetooth adapter is too old for pods", "plug in one with Bluetooth 4.2 or later"),
    _Why.POWERED_OFF: ("Bluetooth is switched off", "switch it on"),
    _Why.DENIED_BY_USER: ("surefoot may not use Bluetooth", "allow it in the system's privacy settings"),
    _Why.DENIED_BY_SYSTEM: ("the system does not let this user use Bluetooth", "ask its administrator"),
}
_NO_SERVICE = "the Bluetooth service is not running", "start it, on Linux with: sudo systemctl start bluetooth"
_ABSENT_SERVICE = "org.freedesktop.DBus.Error.ServiceUnknown"


def radio_error(error: Exception) -> RadioError:
    """What to tell a person about a failure of the radio."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return RadioError(*_ADVICE.get(error.reason, (str(error.args[0]), "switch it on and check the permissions")))
    absent = isinstance(error, BleakDBusError) and error.dbus_error == _ABSENT_SERVICE
    if absent or isinstance(error, FileNotFoundError | ConnectionError | EOFError):
        return RadioError(*_NO_SERVICE)
    return RadioError(str(error) or type(error).__name__, "switch it on and check the permissions")
