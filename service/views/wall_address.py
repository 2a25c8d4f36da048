"""Where the wall is, for whom, and with which certificate."""

from __future__ import annotations

import io
import socket
import ssl
from http.client import HTTPException
from ipaddress import ip_address
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

import segno

from surefoot.service.errors.settings import WallError
from surefoot.service.people.accounts import MIN_PASSWORD_LENGTH, StoredAccounts
from surefoot.service.settings import WallSettings

RESPONSE_TIMEOUT_S, MAX_RESPONSE_BYTES = 3.0, 4096
ANY_ADDRESS = ("0.0.0.0", "::")
NEEDS_PASSWORD = f"is visible to others and needs a password of {MIN_PASSWORD_LENGTH} characters or more"
SET_PASSWORD = (
    "set wall.password in the settings, or SUREFOOT_WALL_PASSWORD; or start it once in a terminal, which makes an owner"
)


def tls_context(settings: WallSettings) -> ssl.SSLContext | None:
    """TLS with the certificate of the settings; None without one.

    Raises
    ------
    WallError
        if it cannot be used.
    """
    if settings.cert is None:
        return None
    files = f"{settings.cert}" if settings.key is None else f"{settings.cert} with the key {settings.key}"
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.cert, settings.key, password=lambda: "")
    except ssl.SSLError as error:
        raise WallError(
            f"{files} is no certificate in PEM with its key, or the key has a passphrase ({error.reason}); "
            "wall.cert and wall.key name them"
        ) from error
    except OSError as error:
        raise WallError(f"{files} cannot be read ({error.strerror}); wall.cert and wall.key name them") from error
    return context


def wall_url(settings: WallSettings, port: int) -> str:
    """Address of the wall for a browser."""
    return f"{'http' if settings.cert is None else 'https'}://{_reached_at(settings.host)}:{port}/"


def lacks_owner(settings: WallSettings, accounts: StoredAccounts) -> bool:
    """Whether other computers could reach a wall for which nobody has a password of `MIN_PASSWORD_LENGTH`."""
    word = settings.password.get_secret_value()
    return not is_loopback(settings.host) and (0 < len(word) < MIN_PASSWORD_LENGTH or not accounts.has_owner)


def is_loopback(host: str) -> bool:
    """Whether a host is reached from this computer only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def qr_code(address: str) -> str:
    """QR code of an address, as block characters."""
    drawn = io.StringIO()
    segno.make(address, error="m").terminal(drawn, compact=True)
    return drawn.getvalue()


def own_names() -> list[str]:
    """Names and addresses under which a browser may reach this computer."""
    name = socket.gethostname().lower()
    names = ["localhost", "127.0.0.1", "::1", name, *([] if "." in name else [f"{name}.local"]), _reached_at("0.0.0.0")]
    return list(dict.fromkeys(names))


def answers_at(settings: WallSettings) -> bool:
    """Whether a wall answers at the port of the settings on this computer."""
    here = settings.model_copy(update={"host": "127.0.0.1"}) if settings.host in ANY_ADDRESS else settings
    anybody = ssl.create_default_context()  # whether a wall answers, not whose
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    direct = build_opener(ProxyHandler({}), HTTPSHandler(context=anybody))
    try:
        with direct.open(f"{wall_url(here, settings.port)}login", timeout=RESPONSE_TIMEOUT_S) as answer:
            return b"surefoot" in answer.read(MAX_RESPONSE_BYTES)
    except (OSError, HTTPException):
        return False


def _reached_at(host: str) -> str:
    """Address under which others reach this computer; sends nothing."""
    if host not in ANY_ADDRESS:
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()
