"""Pages made from templates, in the moderator's language."""

from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from board.formatting import Formatting
from board.visits import LANGUAGE, Visit
from reunite.language import words_in

MENU: Final = ("reports", "matches", "claims", "handovers", "numbers", "log")


class Pages:
    """Makes the answers to requests."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("board"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )

    def show(self, visit: Visit, template: str, **values: Any) -> web.Response:
        """Return a page for a moderator."""
        here = visit.request.path.strip("/").split("/")[0] or MENU[0]
        return self._page(
            template,
            visit.language,
            moderator=visit.moderator,
            csrf=visit.csrf,
            show=Formatting(visit.language, visit.zone),
            menu=MENU,
            here=here,
            **values,
        )

    def show_without_session(self, template: str, status: int = 200, **values: Any) -> web.Response:
        """Return a page for someone who isn't signed in."""
        return self._page(template, LANGUAGE.get(), status, moderator=None, **values)

    def error(self, request: web.Request, status: int, words: str) -> web.Response:
        """Return a page that says what went wrong, and leads back from one of our forms to the page that it's on."""
        is_form = request.method == "POST" and request.match_info.http_exception is None
        back = request.path.rpartition("/")[0] if is_form else ""
        is_out = status == web.HTTPUnauthorized.status_code
        return self.show_without_session("error.html", status, words=words, back=back or "/", is_out=is_out)

    def _page(self, template: str, language: str, status: int = 200, **values: Any) -> web.Response:
        words = words_in(language).board

        def t(key: str, **slots: str | int) -> str:
            return words[key].format(**slots)

        text = self._environment.get_template(template).render(t=t, language=language, **values)
        return web.Response(text=text, status=status, content_type="text/html")
