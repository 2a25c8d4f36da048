"""Files of a page that its browser keeps, so that it opens without network."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from surefoot.dashboards.resources import resource_path

MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class PageFiles:
    """Files of one folder.

    Parameters
    ----------
    main : the page itself, which is served at the folder's own address only.
    """

    folder: str
    main: str

    def page(self, _: Request) -> Response:
        """The page."""
        return self._file(self.main)

    def named(self, request: Request) -> Response:
        """A file by the name in the address."""
        name = request.path_params["name"]
        known = {path.name for path in resource_path(self.folder).iterdir()}
        return self._file(name) if name in known - {self.main} else PlainTextResponse("not here", 404)

    def _file(self, name: str) -> Response:
        path = resource_path(self.folder, name)
        return Response(path.read_text(encoding="utf-8"), media_type=MEDIA_TYPES[path.suffix])
