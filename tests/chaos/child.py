"""A worker or a bot as a process of its own, which anybody may kill: python -m tests.chaos.child ROLE SETTINGS."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from bot.app import BotConfig
from bot.app import run as run_bot
from bot.discord.config import DiscordConfig
from bot.platforms import AdapterConfig
from bot.slack.config import SlackConfig
from db.config import Connections
from db.keys import Keys
from metrics.config import MetricsSettings
from tests.chaos.fuse import Fuse
from tests.support.services import colours_only
from workers.app import WorkerConfig
from workers.app import run as run_worker
from workers.config import PhotoHosts

LEASE_SECONDS = 5


def run(role: str, settings: dict[str, Any], log: Path) -> None:
    """Be this process, which was forked: all that it prints goes to the log."""
    with log.open("ab") as output:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(output.fileno(), stream.fileno())
    asyncio.run(main(role, settings))


def tell_ready(settings: dict[str, Any]) -> None:
    """Make the file that says so, where somebody waits for it."""
    if "ready" in settings:
        Path(settings["ready"]).touch()


def show_tasks() -> None:
    """Print what every task waits for."""
    for task in asyncio.all_tasks():
        task.print_stack(file=sys.stderr)
    sys.stderr.flush()


async def main(role: str, settings: dict[str, Any]) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, show_tasks)
    servers = Connections(database_url=settings["database"], redis_url=settings["redis"], keys=Keys([settings["key"]]))
    metrics = MetricsSettings(port=settings.get("metrics", {}).get("worker" if role == "worker" else "bot"))
    lease = settings.get("lease", LEASE_SECONDS)
    if settings.get("fuse", {}).get("of") == role:
        Fuse(Path(settings["fuse"]["file"])).lay()
    if role == "worker":
        photos: dict[str, Any] = {
            name: frozenset(value) if isinstance(value, list) else value for name, value in settings["photos"].items()
        }
        worker = WorkerConfig(
            connections=servers,
            photos=PhotoHosts(**photos),
            metrics=metrics,
            lease_seconds=lease,
            rehint_seconds=1,
            clock_seconds=1,
        )
        await run_worker(worker, lambda _: None, lambda _: tell_ready(settings), colours_only)
    adapter: AdapterConfig = {"discord": DiscordConfig, "slack": SlackConfig}[role](**settings["adapter"])
    bot = BotConfig(connections=servers, adapter=adapter, metrics=metrics, lease_seconds=lease)
    await run_bot(bot, lambda: tell_ready(settings))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
