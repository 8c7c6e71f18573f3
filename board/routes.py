"""The board's routes."""

from importlib import resources
from pathlib import Path

from aiohttp import web

from board.claims import Claims
from board.gallery import Gallery
from board.handovers import Handovers
from board.matches import Matches
from board.numbers import Numbers
from board.pages import Pages
from board.parts import Board
from board.reports import Reports
from board.sign_in import SignIn
from board.visits import Handle
from http_server.listening import shared_files


def add_routes(application: web.Application, board: Board, pages: Pages) -> None:
    """Register every request of the board."""
    gallery, reports, matches = Gallery(board, pages), Reports(board, pages), Matches(board, pages)
    claims, handovers, numbers = Claims(board, pages), Handovers(board, pages), Numbers(board, pages)
    sign_in = SignIn(board.visits, pages)
    files = Path(str(resources.files("board").joinpath("static")))
    reads: dict[str, Handle] = {
        "/": gallery.show,
        "/reports.csv": reports.table,
        "/reports/{id}": reports.show,
        "/reports/{id}/label": handovers.label,
        "/photos/{id}": reports.photo,
        "/matches": matches.list,
        "/matches/{id}": matches.show,
        "/claims": claims.list,
        "/claims/{id}": claims.show,
        "/handovers": handovers.list,
        "/numbers": numbers.show,
        "/log": numbers.log,
    }
    writes: dict[str, Handle] = {
        "/search": gallery.search,
        "/matches/{id}/verdict": matches.give_verdict,
        "/matches/{id}/release": matches.release,
        "/claims/{id}/decision": claims.decide,
        "/reports/{id}/whereabouts": handovers.keep,
        "/reports/{id}/longer": reports.keep_longer,
        "/reports/{id}/delete": reports.delete,
        "/sign-out": board.visits.end,
    }
    application.add_routes(
        [
            *(web.get(path, board.visits.guarded(handle)) for path, handle in reads.items()),
            *(web.post(path, board.visits.guarded(handle)) for path, handle in writes.items()),
            web.get("/sign-in", sign_in.show),
            web.post("/sign-in", sign_in.begin),
            web.static("/static", files),
            shared_files(),
        ]
    )
