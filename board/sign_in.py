"""Signing in with a link. Opening the link only shows a button, so link previews in chats don't use it up."""

from aiohttp import web

from board.pages import Pages
from board.visits import Visits
from reunite.text.controls import storable


class SignIn:
    """The page behind the link."""

    def __init__(self, visits: Visits, pages: Pages) -> None:
        self._visits = visits
        self._pages = pages

    async def show(self, request: web.Request) -> web.Response:
        """Show the button, or how to get a link."""
        link = storable(request.query.get("link", "")).strip()
        return self._pages.show_without_session("sign_in.html", link=link, refused=False)

    async def begin(self, request: web.Request) -> web.Response:
        """Use the link."""
        status = web.HTTPForbidden.status_code
        refused = self._pages.show_without_session("sign_in.html", status, link="", refused=True)
        return await self._visits.begin(request) or refused
