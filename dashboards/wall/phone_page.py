"""Page for the phone in the pocket, and the files that belong to it; it needs no server once it was opened."""

from __future__ import annotations

from starlette.responses import RedirectResponse
from starlette.routing import Route

from surefoot.dashboards.wall.page_files import PageFiles


def phone_routes() -> list[Route]:
    """Routes of the page and its files, all below `/phone/`, which its service worker keeps."""
    files = PageFiles("phone", "phone.html")
    return [
        Route("/phone", lambda _: RedirectResponse("/phone/", 308)),
        Route("/phone/", files.page),
        Route("/phone/{name}", files.named),
    ]
