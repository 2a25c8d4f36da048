"""The report states what was found, and nothing more."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser

from surefoot.analysis.findings import Kind, latest
from surefoot.analysis.metrics import CADENCE, STRIDE_METRICS
from surefoot.analysis.model import Foot, Gait
from surefoot.analysis.summary import compare
from surefoot.dashboards.charts.evidence import then_and_now
from surefoot.dashboards.formatting import asymmetry_text, clock, in_unit, signed, with_unbroken_units
from surefoot.dashboards.report.page import report_html
from surefoot.dashboards.report.splits import distance_m, run_splits
from surefoot.service.views.reporting import write_reports
from tests.dashboards.browser import SIZES, overflow_px, page_events, violations
from tests.dashboards.runs import ROLL_S, eventful, uneventful

FORBIDDEN = (
    r"injury risk|risk of injury|diagnos(?!is, gives)|bone load|land (softer|on)|should land|prevents |"
    r"(?<!enough to )prevent "
)


def text_of(html: str) -> str:
    """Visible text of a page, with plain spaces."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)))


def number(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.fixture(scope="module")
def page() -> str:
    return report_html(eventful())


def test_the_verdict_comes_first_and_tells_the_roll_and_the_change(page: str) -> None:
    first = text_of(page[page.index("<h1") :])
    change = next(each for each in latest(eventful().results.findings) if each.kind is not Kind.INVERSION_EVENT)
    roll, head = f"The left ankle rolled over at {clock(ROLL_S)}", change.message.split(". ")[0]
    assert first.strip().startswith(f"{roll}; {head[0].lower()}{head[1:]}.")


def test_headline_tile_and_last_split_tell_the_same_change(page: str) -> None:
    run, text = eventful(), text_of(page)
    change = next(each for each in latest(run.results.findings) if each.kind is not Kind.INVERSION_EVENT)
    then, now = then_and_now(change)
    assert f"{abs(change.value):.1f} ± " in text_of(page[page.index("<h1") : page.index("</h1>")])
    assert f"Contact, right vs left: the minutes just before → end {then} → {now} %" in text
    assert number(now) - number(then) == pytest.approx(change.value, abs=0.05)
    splits = page[page.index('<table class="splits"') :].split("</table>")[0]
    last = text_of("<tr" + splits.split("<tr")[-1])
    assert number(re.findall(r"[+−]\d+\.\d(?= ±)", last)[0]) == pytest.approx(number(now), abs=0.8)
    assert (
        f"The change of {signed(change.value, 1, plus=True)} % is that of the last three minutes, from {then} %" in text
    )


def test_every_finding_stands_with_its_sentence_its_pictures_and_its_doubts(page: str) -> None:
    text = text_of(page)
    for finding in latest(eventful().results.findings):
        article = page[page.index(f'id="finding-{finding.id}"') :].split("</article>")[0]
        assert text_of(finding.message) in text
        assert article.count("<svg") == (3 if finding.kind is Kind.INVERSION_EVENT else 1)
        assert all(str(doubt) in text_of(article) for doubt in finding.evidence["wrong_if"])  # type: ignore[union-attr]


def test_the_roll_is_drawn_on_its_ten_strides_before_and_after(page: str) -> None:
    roll = next(each for each in latest(eventful().results.findings) if each.kind is Kind.INVERSION_EVENT)
    article = page[page.index(f'id="finding-{roll.id}"') :].split("</article>")[0]
    assert article.count('class="dot left"') == 2 * 20


def test_its_numbers_are_those_of_the_analysis(page: str) -> None:
    run, text = eventful(), text_of(page)
    assert in_unit(CADENCE, run.summary["cadence_spm"]) in text
    for row in compare(run.results, Gait.RUN):
        sides = [
            in_unit(STRIDE_METRICS[row.key], None if side is None else side.value) for side in (row.left, row.right)
        ]
        asymmetry = f" {asymmetry_text(row.asymmetry_pct)}" if row.asymmetry_pct else ""
        assert f"{STRIDE_METRICS[row.key].description} {sides[0]} {sides[1]}{asymmetry}" in text


@pytest.mark.parametrize(("rate_factor", "told"), [(1.3, True), (0.7, False), (1.0, False)])
def test_a_smaller_jolt_that_is_more_sudden_is_explained(rate_factor: float, told: bool) -> None:
    run = uneventful(*Foot)
    left = run.results.strides[Foot.LEFT].metrics
    factors = {"impact_peak_g": 0.85, "impact_rate_gps": rate_factor}
    right = replace(run.results.strides[Foot.RIGHT], metrics={
        **run.results.strides[Foot.RIGHT].metrics,
        **{key: np.resize(factor * left[key], len(run.results.strides[Foot.RIGHT])) for key, factor in factors.items()},
    })  # fmt: skip
    results = replace(run.results, strides={**run.results.strides, Foot.RIGHT: right})
    text = text_of(report_html(replace(run, results=results)))
    assert ("The right foot has the smaller jolt (impact peak −" in text) is told
    assert ("and the more sudden one (impact rate +" in text) is told


def test_splits_fill_the_way_and_the_time() -> None:
    run = eventful()
    splits, covered_m = run_splits(run), distance_m(run)
    assert sum(split.distance_m for split in splits) == pytest.approx(covered_m)
    assert covered_m == pytest.approx(2.9 * 1140.0, rel=0.05)
    assert [split.start_s for split in splits] == [run.origin_s, *(split.end_s for split in splits[:-1])]
    assert all(split.distance_m == pytest.approx(1000.0) for split in splits[:-1])


def test_the_same_run_gives_the_same_bytes(page: str) -> None:
    run = eventful()
    shuffled = replace(run, quality=dict(reversed(list(run.quality.items()))))
    assert report_html(run) == page == report_html(shuffled)


def test_a_name_is_never_markup() -> None:
    page = report_html(replace(uneventful(*Foot), name="<script>alert(1)</script>"))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_it_claims_nothing_that_the_data_cannot_carry(page: str) -> None:
    assert not re.search(FORBIDDEN, text_of(page), re.IGNORECASE)
    assert "not a diagnosis, gives no probability of an injury and no advice on how to land" in text_of(page)


@pytest.mark.parametrize(
    ("feet", "sentence"),
    [
        (tuple(Foot), "of running were checked for ankle rolls; detecting a gradual change takes longer."),
        ((Foot.LEFT,), "from the left pod alone; left and right cannot be compared."),
    ],
)
def test_where_nothing_was_found_it_says_what_was_looked_for(feet: tuple[Foot, ...], sentence: str) -> None:
    text = text_of(report_html(uneventful(*feet)))
    assert "Nothing stood out in this run." in text
    assert sentence in text


def test_no_line_ends_between_a_number_and_its_unit() -> None:
    assert (
        with_unbroken_units("at 5 % and 30 ms, 7 years")
        == "at 5\N{NO-BREAK SPACE}% and 30\N{NO-BREAK SPACE}ms, 7 years"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_it_reads_well_on_every_screen(browser: Browser, tmp_path: Path, page: str, size: str, scheme: str) -> None:
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    width, height = SIZES[size]
    tab = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    requests = page_events(tab)
    tab.goto(file.as_uri())
    assert requests == [file.as_uri()]
    assert overflow_px(tab) <= 0
    assert violations(tab) == []
    tab.close()


def test_the_browser_prints_it(browser: Browser, tmp_path: Path) -> None:
    assert browser.is_connected()  # there is one to print with
    [file] = write_reports({"anna": uneventful(*Foot)}, tmp_path / "report.pdf", pdf=True)
    assert file.read_bytes().startswith(b"%PDF-")
