"""What the pages for phones consist of is kept on the phone, and nothing else is asked for."""

from __future__ import annotations

import re

import pytest

from surefoot.dashboards.resources import resource_path

PAGES = ("phone", "diary", "timer")


def files(page: str) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in resource_path(page).iterdir()}


@pytest.mark.parametrize("page", PAGES)
def test_the_worker_keeps_every_file_of_the_page(page: str) -> None:
    kept = set(re.findall(rf'"/{page}/([^"]+)"', files(page)["worker.js"]))
    # the page is kept by its path, and browsers keep the worker themselves
    assert kept == set(files(page)) - {f"{page}.html", "worker.js"}


@pytest.mark.parametrize("page", PAGES)
def test_the_page_asks_for_nothing_that_is_not_kept(page: str) -> None:
    kept = set(re.findall(r'"(/[^"]+)"', files(page)["worker.js"]))
    assert set(re.findall(r'(?:src|href)="(/[^"]+)"', files(page)[f"{page}.html"])) - {"/"} <= kept


@pytest.mark.parametrize("page", PAGES)
def test_modules_import_each_other_only(page: str) -> None:
    imported = {name for text in files(page).values() for name in re.findall(r' from "\./([^"]+)"', text)}
    assert imported <= set(files(page))
