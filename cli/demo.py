"""`reunite demo`: everything from nothing, on this machine."""

import asyncio
from collections.abc import Sequence
from typing import Final

from cli.children import Child, ChildError, children, until_asked_to_stop
from cli.places import Places
from cli.settings import Settings
from db.migrate import migrate

ENCODERS: Final = {
    "clip": "CLIP",
    "concept": "the built-in offline encoder",
}
_MOST_RESTARTS: Final = 5


async def demo(settings: Settings, where: Places) -> None:
    """Run worker and chat page until asked to stop."""
    await migrate(where.owner_database_url)
    environment = {**where.environment(), "REUNITE_PORT": str(settings.port)}
    async with children([["worker"], ["bot", "web"]], environment) as (worker, page):
        stop = asyncio.create_task(until_asked_to_stop())
        run = asyncio.create_task(_run(worker, page, settings.port))
        await asyncio.wait({stop, run}, return_when=asyncio.FIRST_COMPLETED)
        if run.done():
            await run
        run.cancel()  # or it would start again what is being stopped
        print("\nStopping …", flush=True)


async def _run(worker: Child, page: Child, port: int) -> None:
    await _start(worker, page, port)
    await _watch([worker, page])


async def _start(worker: Child, page: Child, port: int) -> None:
    print("Starting the worker …", flush=True)
    encoder, _, version = (await worker.start()).partition(" ")
    await page.start()
    print(f"Encoder: {ENCODERS[encoder]} ({version})")
    print(f"Reunite is ready: http://127.0.0.1:{port}   (Ctrl-C stops it; your posts are kept)", flush=True)


async def _watch(running: Sequence[Child]) -> None:
    """Start again what ends by itself; what keeps ending ends the demo."""
    restarts = 0
    waiting = {asyncio.create_task(child.ended()): child for child in running}
    while True:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            child = waiting.pop(task)
            restarts += 1
            if restarts > _MOST_RESTARTS:
                msg = f"`reunite {child.name}` keeps crashing (status {task.result()})."
                raise ChildError(msg)
            print(f"`reunite {child.name}` exited (status {task.result()}). Restarting it.", flush=True)
            await child.start()
            waiting[asyncio.create_task(child.ended())] = child
