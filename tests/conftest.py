"""Properties are tried on the same examples in every CI run, and on new ones at home; however long they take."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("anywhere", derandomize=bool(os.environ.get("CI")), deadline=None)
settings.load_profile("anywhere")
os.environ["no_proxy"] = "*"  # all servers of the tests are here, whatever the way out is
