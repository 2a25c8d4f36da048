"""Password and session cookies of the wall."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable

SESSION_LIFETIME_S = 12 * 3600
COOKIE_NAME = "surefoot"
SCRYPT_COST, SCRYPT_BLOCK_SIZE, SCRYPT_PARALLELISM = 2**14, 8, 1
"""Scrypt cost: makes guessing the password from a stolen cookie slow."""


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
