"""Page for the phone in the pocket, and the files that belong to it; it needs no server once it was opened."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from surefoot.dashboards.resources import resource_path

PAGE = "phone.html"
MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
}


def phone_routes() -> list[Route]:
    """Routes of the page and its files, all below `/phone/`, which its service worker keeps."""
    return [
        Route("/phone", lambda _: RedirectResponse("/phone/", 308)),
        Route("/phone/", lambda _: _file(PAGE)),
        Route("/phone/{name}", _named),
    ]


def _named(request: Request) -> Response:
    name = request.path_params["name"]
    known = {path.name for path in resource_path("phone").iterdir()}
    return _file(name) if name in known - {PAGE} else PlainTextResponse("not here", 404)


def _file(name: str) -> Response:
    path = resource_path("phone", name)
    return Response(path.read_text(encoding="utf-8"), media_type=MEDIA_TYPES[path.suffix])
