"""Who may look: everybody on this computer, and beyond it whoever knows the password."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable

SESSION_LIFETIME_S = 12 * 3600
COOKIE_NAME = "surefoot"
SCRYPT_COST, SCRYPT_BLOCK_SIZE, SCRYPT_PARALLELISM = 2**14, 8, 1
"""Of scrypt, by which a stolen cookie tells a password only to who tries for long."""


class Password:
    """A password, and the sessions that it opens. A session outlives a restart with the same password.

    Parameters
    ----------
    utc_s : seconds since 1970.
    """

    def __init__(self, password: str, utc_s: Callable[[], float] = time.time) -> None:
        self._utc_s = utc_s
        self._key = self._derived_key(password)

    def matches(self, password: str) -> bool:
        """Whether it is this one; takes the same time for every wrong one."""
        return hmac.compare_digest(self._derived_key(password), self._key)

    def new_cookie(self) -> str:
        """A cookie for who knew the password."""
        end = str(int(self._utc_s()) + SESSION_LIFETIME_S)
        return f"{end}.{self._signature(end)}"

    def accepts(self, cookie: str) -> bool:
        """Whether a cookie is one of ours and not too old."""
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
