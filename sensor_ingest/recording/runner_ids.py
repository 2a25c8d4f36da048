"""Runners have an id, which is safe in topics, tags, paths and queries, and a name, which may be anything.

The id of a name is always the same, so that a runner who is known by name alone keeps their history.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

MAX_ID_LENGTH, MAX_WORDS_LENGTH = 64, 40
RESERVED = frozenset({"status", "service"})
"""Our own topics have these in the place of a runner."""
_SAFE = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_-]{{0,{MAX_ID_LENGTH - 1}}}")
_JOINER = "\N{ZERO WIDTH JOINER}"  # of one emoji with the next
_DIGEST_LENGTH = 10


def is_runner_id(text: str) -> bool:
    """Whether a text is an id as it stands."""
    return _SAFE.fullmatch(text) is not None and text.lower() not in RESERVED


def runner_id(name: str) -> str:
    """The id of a name: itself where it can be one, else its plain letters and digits with a digest of all of it."""
    if is_runner_id(name):
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall(r"[a-z0-9]+", plain))[:MAX_WORDS_LENGTH].strip("-") or "runner"
    whole = unicodedata.normalize("NFC", name).encode("utf-8", "surrogatepass")
    return f"{words}-{hashlib.sha256(whole).hexdigest()[:_DIGEST_LENGTH]}"


def shown_name(name: str) -> str:
    """A name on one line, without what would change the text around it; the id where nothing is left."""
    kept = (letter for letter in name if letter.isprintable() or letter.isspace() or letter == _JOINER)
    return " ".join("".join(kept).split()).strip(f" {_JOINER}") or runner_id(name)
