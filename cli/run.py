"""`reunite run`: a whole installation, started and stopped by one command."""

from collections.abc import Sequence
from typing import Final

from bot.platforms import PLATFORMS
from cli.errors import UsageError
from cli.servers import Servers
from cli.supervisor import supervise
from db.keys import check
from db.migrate import migrate

_OTHERS: Final = ("api", "board")
_PAGE: Final = "web"


async def run(where: Servers, services: Sequence[str]) -> None:
    """Migrate, then run a worker and the services until asked to stop. Raises UsageError."""
    commands = [_command(service) for service in dict.fromkeys(services)]
    bots = [_command(service) for service in PLATFORMS if service != _PAGE]
    names = ", ".join(f"`reunite {' '.join(command)}`" for command in commands)
    await migrate(where.owner_database_url, where.database_url)
    await check(where.owner_database_url, where.keys)
    print(f"Starting a worker, {names} …", flush=True)
    await supervise(
        [["worker", "--reembed"], *commands],
        where.environment(),
        lambda: print(f"Running: a worker, {names}. Ctrl-C stops them.", flush=True),
        bots,
    )


def _command(service: str) -> list[str]:
    if service in PLATFORMS:
        return ["bot", service]
    if service in _OTHERS:
        return [service]
    raise UsageError(f"There's no service {service!r}. Choose from {', '.join([*PLATFORMS, *_OTHERS])}.")
