"""Password, attempts at it, session cookies and metrics token of the wall; which requests come from its own pages."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping

SESSION_LIFETIME_S = 12 * 3600
COOKIE_NAME = "surefoot"
SCRYPT_COST, SCRYPT_BLOCK_SIZE, SCRYPT_PARALLELISM = 2**14, 8, 1
"""Scrypt cost: makes guessing the password from a stolen cookie slow."""
FREE_ATTEMPTS, ATTEMPT_PERIOD_S = 100, 10.0
"""Wrong passwords that a network may give in a row, the number of NIST SP 800-63B; then one in each period."""
MAX_NETWORKS = 1000
"""Remembered; then those are forgotten that are forgiven first."""


def is_from_own_page(headers: Mapping[str, str]) -> bool:
    """Whether a page of the wall sends a request, and none elsewhere through the browser of somebody who may.

    Browsers say so in `Sec-Fetch-Site`, which is right behind any proxy, or over plain HTTP from other computers in
    `Origin` alone. No page can set either.

    Parameters
    ----------
    headers : by their names in lower case.
    """
    if "sec-fetch-site" in headers:
        return headers["sec-fetch-site"] == "same-origin"
    host = headers.get("host", "")
    return bool(host) and headers.get("origin", "").partition("://")[2] == host


class MetricsToken:
    """Token that opens the metrics to a program, as `Authorization: Bearer TOKEN`; an empty one opens nothing."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def accepts(self, authorization: str) -> bool:
        """Whether the header has the token, compared in constant time."""
        scheme, _, given = authorization.partition(" ")
        return (
            bool(self._token)
            and scheme.lower() == "bearer"
            and hmac.compare_digest(given.encode("latin-1"), self._token)
        )


class Attempts:
    """Wrong passwords by network, so that nobody's keep others out.

    Parameters
    ----------
    now_s : a clock that only goes forward.
    """

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._forgiven_s: dict[str, float] = {}

    def wait_s(self, network: str) -> float:
        """Time until a network's next attempt; 0 for now."""
        left_s = self._forgiven_s.get(network, 0.0) - self._now_s()
        return max(left_s - (FREE_ATTEMPTS - 1) * ATTEMPT_PERIOD_S, 0.0)

    def count(self, network: str) -> None:
        """Count a wrong password."""
        now_s = self._now_s()
        self._forgiven_s[network] = max(self._forgiven_s.get(network, now_s), now_s) + ATTEMPT_PERIOD_S
        if len(self._forgiven_s) > MAX_NETWORKS:
            del self._forgiven_s[min(self._forgiven_s, key=self._forgiven_s.__getitem__)]


class Password:
    """Password check and signed session cookies; cookies stay valid over a restart with the same password.

    Parameters
    ----------
    utc_s : seconds since 1970.
    """

    def __init__(self, password: str, utc_s: Callable[[], float] = time.time) -> None:
        self._utc_s = utc_s
        self._password = password.encode()
        self._digest_key = secrets.token_bytes(32)
        self._cookie_key = hashlib.scrypt(
            self._password, salt=b"surefoot wall", n=SCRYPT_COST, r=SCRYPT_BLOCK_SIZE, p=SCRYPT_PARALLELISM
        )
        self._ended: dict[str, int] = {}

    def matches(self, password: str) -> bool:
        """Whether this is the password, compared in constant time; costs next to nothing."""
        return hmac.compare_digest(self._digest(password.encode()), self._digest(self._password))

    def new_cookie(self) -> str:
        """A new session cookie: expiry, a number of its own, and signature."""
        session = f"{int(self._utc_s()) + SESSION_LIFETIME_S}.{secrets.token_hex(8)}"
        return f"{session}.{self._signature(session)}"

    def accepts(self, cookie: str) -> bool:
        """Whether a cookie is signed by us, has not expired and its session has not been ended."""
        session, _, signature = cookie.rpartition(".")
        genuine = hmac.compare_digest(self._signature(session).encode(), signature.encode())
        return genuine and _expiry(session) > self._utc_s() and session not in self._ended

    def end(self, cookie: str) -> None:
        """End the session of a cookie that is accepted, for as long as this object lives."""
        session = cookie.rpartition(".")[0]
        kept = {ended: until for ended, until in self._ended.items() if until > self._utc_s()}
        self._ended = {**kept, session: _expiry(session)}

    def _signature(self, text: str) -> str:
        return hmac.new(self._cookie_key, text.encode(), "sha256").hexdigest()

    def _digest(self, text: bytes) -> bytes:
        return hmac.digest(self._digest_key, text, "sha256")


def _expiry(session: str) -> int:
    """Seconds since 1970 at which a genuine session is over."""
    return int(session.partition(".")[0])
