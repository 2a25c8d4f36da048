"""Password, session cookies and metrics token of the wall."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable

SESSION_LIFETIME_S = 12 * 3600
COOKIE_NAME = "surefoot"
SCRYPT_COST, SCRYPT_BLOCK_SIZE, SCRYPT_PARALLELISM = 2**14, 8, 1
"""Scrypt cost: makes guessing the password from a stolen cookie slow."""


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


class Password:
    """Password check and signed session cookies; cookies stay valid over a restart with the same password.

    Parameters
    ----------
    utc_s : seconds since 1970.
    """

    def __init__(self, password: str, utc_s: Callable[[], float] = time.time) -> None:
        self._utc_s = utc_s
        self._key = self._derived_key(password)

    def matches(self, password: str) -> bool:
        """Whether this is the password, compared in constant time."""
        return hmac.compare_digest(self._derived_key(password), self._key)

    def new_cookie(self) -> str:
        """A new session cookie: expiry and signature."""
        end = str(int(self._utc_s()) + SESSION_LIFETIME_S)
        return f"{end}.{self._signature(end)}"

    def accepts(self, cookie: str) -> bool:
        """Whether a cookie is signed by us and has not expired."""
        end, _, signature = cookie.partition(".")
        genuine = hmac.compare_digest(self._signature(end).encode(), signature.encode())
        return genuine and end.isdigit() and int(end) > self._utc_s()

    def _signature(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()

    @staticmethod
    def _derived_key(password: str) -> bytes:
        return hashlib.scrypt(
            password.encode(), salt=b"surefoot wall", n=SCRYPT_COST, r=SCRYPT_BLOCK_SIZE, p=SCRYPT_PARALLELISM
        )
