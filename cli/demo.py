"""`reunite demo`: everything on this machine, without setup."""

from dataclasses import replace
from typing import Final

from api.config import DEFAULT_PORT
from board.config import DEFAULT_PORT as BOARD_PORT
from cli.errors import UsageError
from cli.port import concrete_port, problem
from cli.servers import Servers
from cli.settings import Settings
from cli.supervisor import supervise
from db.migrate import migrate

_API_ABOVE_PAGE: Final = 10
_BOARD_ABOVE_PAGE: Final = 20


async def demo(settings: Settings, where: Servers) -> None:
    """Run worker, chat page, HTTP API and the moderators' board until asked to stop."""
    await migrate(where.owner_database_url)
    environment = {
        **where.environment(),
        "REUNITE_PORT": str(settings.web.port),
        "REUNITE_API_PORT": str(settings.api.port),
        "REUNITE_BOARD_PORT": str(settings.board.port),
        "REUNITE_BOARD_URL": settings.board.public_url,
        "REUNITE_LOG_LEVEL": log_level(settings),
    }
    print("Starting the worker and the page …", flush=True)
    await supervise(
        [["worker", "--reembed"], ["bot", "web"], ["api"], ["board"]], environment, lambda: _show_addresses(settings)
    )


def _show_addresses(settings: Settings) -> None:
    page, api = settings.web.port, settings.api.port
    print(f"Reunite is ready: http://127.0.0.1:{page}   (Ctrl-C stops it; your posts are kept)", flush=True)
    print(f"HTTP API: http://127.0.0.1:{api}   (docs/api.md)", flush=True)
    print("Moderators' board: in the page's menu, once you are a moderator   (docs/board.md)", flush=True)


def with_ports(settings: Settings, page: int | None) -> Settings:
    """Return the settings with the ports of the page, the API and the board: 10 and 20 above it unless they're set.

    For port 0, each is a free one. Raises UsageError if one of them can't be used.
    """
    wanted = settings.web.port if page is None else page
    api = _above(wanted, _API_ABOVE_PAGE) if settings.api.port == DEFAULT_PORT else settings.api.port
    board = _above(wanted, _BOARD_ABOVE_PAGE) if settings.board.port == BOARD_PORT else settings.board.port
    for port, variable in ((wanted, "PORT"), (api, "REUNITE_API_PORT"), (board, "REUNITE_BOARD_PORT")):
        if message := problem(port, variable):
            raise UsageError(message)
    changed = {
        "web": replace(settings.web, port=concrete_port(wanted)),
        "api": replace(settings.api, port=concrete_port(api)),
        "board": replace(settings.board, port=concrete_port(board)),
    }
    return settings.model_copy(update=changed)


def _above(page: int, number: int) -> int:
    return page + number if page else 0


def log_level(settings: Settings) -> str:
    """Keep the terminal readable: worker and bot log every reply, but in the demo only problems matter."""
    return settings.log.level or "warning"
