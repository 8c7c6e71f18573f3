"""`reunite demo`: everything on this machine, without any setup."""

import asyncio
from collections.abc import Sequence
from typing import Final

from cli.children import Child, ChildError, children, until_asked_to_stop
from cli.errors import UsageError
from cli.port import problem
from cli.servers import Servers
from cli.settings import Settings
from db.migrate import migrate

_MAX_RESTARTS: Final = 5


async def demo(settings: Settings, where: Servers) -> None:
    """Run worker and chat page until asked to stop."""
    await migrate(where.owner_database_url)
    environment = {
        **where.environment(),
        "REUNITE_PORT": str(settings.port),
        "REUNITE_LOG_LEVEL": log_level(settings),
    }
    async with children([["worker"], ["bot", "web"]], environment) as (worker, page):
        stop = asyncio.create_task(until_asked_to_stop())
        run = asyncio.create_task(_run(worker, page, settings.port))
        await asyncio.wait({stop, run}, return_when=asyncio.FIRST_COMPLETED)
        if run.done():
            await run
        run.cancel()  # or it would restart what is being stopped
        print("\nStopping …", flush=True)


def check_port(port: int) -> None:
    """Raise UsageError if the page can't listen there."""
    if message := problem(port):
        raise UsageError(message)


def log_level(settings: Settings) -> str:
    """Keep the terminal readable: a worker and a bot log each reply, here only what goes wrong is of interest."""
    return settings.log_level if "log_level" in settings.model_fields_set else "warning"


async def _run(worker: Child, page: Child, port: int) -> None:
    await _start(worker, page, port)
    await _watch([worker, page])


async def _start(worker: Child, page: Child, port: int) -> None:
    print("Starting the worker …", flush=True)
    await worker.start()
    await page.start()
    print(f"Reunite is ready: http://127.0.0.1:{port}   (Ctrl-C stops it; your posts are kept)", flush=True)


async def _watch(running: Sequence[Child]) -> None:
    """Restart processes that end; give up if they keep ending."""
    restarts = 0
    waiting = {asyncio.create_task(child.ended()): child for child in running}
    while True:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            child = waiting.pop(task)
            restarts += 1
            if restarts > _MAX_RESTARTS:
                msg = f"`reunite {child.name}` keeps crashing (status {task.result()})."
                raise ChildError(msg)
            print(f"`reunite {child.name}` exited (status {task.result()}). Restarting it.", flush=True)
            await child.start()
            waiting[asyncio.create_task(child.ended())] = child
