"""What the phone's page consists of is kept on the phone, and nothing else is asked for."""

from __future__ import annotations

import re

from surefoot.dashboards.resources import resource_path

FILES = {path.name: path.read_text(encoding="utf-8") for path in resource_path("phone").iterdir()}
NOT_KEPT = {"phone.html", "worker.js"}  # the page by its path, and the worker, which browsers keep themselves


def test_the_worker_keeps_every_file_of_the_page() -> None:
    kept = set(re.findall(r'"/phone/([^"]+)"', FILES["worker.js"]))
    assert kept == set(FILES) - NOT_KEPT


def test_the_page_asks_for_nothing_that_is_not_kept() -> None:
    kept = set(re.findall(r'"(/[^"]+)"', FILES["worker.js"]))
    assert set(re.findall(r'(?:src|href)="(/[^"]+)"', FILES["phone.html"])) - {"/"} <= kept


def test_modules_import_each_other_only() -> None:
    imported = {name for text in FILES.values() for name in re.findall(r' from "\./([^"]+)"', text)}
    assert imported <= set(FILES)
