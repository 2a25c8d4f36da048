"""A recorded run as files for other tools, from links on its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from surefoot.dashboards.data_source import AnalysedRun, ExportForm, UnexportableError, ViewDataSource
from surefoot.dashboards.html import Markup, element
from surefoot.dashboards.wall import pages

FORM_WORDS = {
    ExportForm.FIT: "FIT, for watches' platforms and training diaries",
    ExportForm.CSV: "CSV: strides, windows, findings",
    ExportForm.PARQUET: "Parquet: the same tables",
    ExportForm.BIDS: "Motion-BIDS, for research",
    ExportForm.MCAP: "MCAP: every reading of the pods, for Foxglove",
    ExportForm.SAMPLES: "CSV: every reading of the pods",
}


def download_links(runners: Mapping[str, AnalysedRun], forms: Sequence[ExportForm]) -> Markup:
    """Links that download a run, for each of its runners by id."""
    lines = [
        element(
            "p",
            f"{run.name}: " if len(runners) > 1 else None,
            *(_link(run, form) for form in forms),
        )
        for run in runners.values()
    ]
    return element("section", element("h2", "For other tools"), *lines, class_="downloads")


def _link(run: AnalysedRun, form: ExportForm) -> Markup:
    href = f"/runs/{quote(str(run.run))}/export/{quote(run.runner)}/{form}"
    return element("a", FORM_WORDS[form], href=href)


class Downloads:
    """Handler of the links.

    Parameters
    ----------
    shown : the data that whoever asks may see.
    archive : lets one analysis or export run at a time.
    html : a page and its status as a response.
    """

    def __init__(
        self,
        shown: Callable[[Request], ViewDataSource],
        archive: CapacityLimiter,
        html: Callable[[pages.Page, int], Response],
    ) -> None:
        self._shown = shown
        self._archive = archive
        self._html = html

    async def answer(self, request: Request) -> Response:
        """One file, written for this request alone."""
        run, runner = request.path_params["run"], request.path_params["runner"]
        try:
            form = ExportForm(request.path_params["form"])
            with ExitStack() as stack:
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="surefoot-")))
                path = await to_thread.run_sync(
                    self._shown(request).export, run, runner, form, folder, limiter=self._archive
                )
                return _Temporary(path, stack.pop_all())
        except (KeyError, ValueError):
            return self._html(pages.sentence_page(f"There is no run {run} of {runner} in such a form."), 404)
        except UnexportableError as error:
            return self._html(pages.sentence_page(f"The run cannot be exported: {error}"), 409)


class _Temporary(FileResponse):
    """A file that is gone once it is sent, or nobody takes it any more."""

    def __init__(self, path: Path, folder: ExitStack) -> None:
        super().__init__(path, filename=path.name, media_type="application/octet-stream")
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._folder:
            await super().__call__(scope, receive, send)
