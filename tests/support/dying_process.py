"""A worker or a bot in a separate process that kills itself (SIGKILL) once, at a named point.

The bot's platform is a file, one message per line.
"""

import asyncio
import json
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from bot.delivery import Delivery
from db.config import Connections
from db.store import Store
from reunite.encoder import Vectors, Views
from reunite.entities import PlatformName, ReplyTarget
from reunite.messages import reply
from reunite.ports import Outgoing, Sent
from tests.doubles.colour_encoder import ColourEncoder
from tests.support.keys import KEYS
from workers.app import WorkerConfig, run
from workers.config import EncoderSettings
from workers.encoders.choose import Choice
from workers.intake import Intake
from workers.process import Processor

WORKER_POINTS: dict[str, tuple[type, str]] = {
    "after the fetch": (Intake, "take"),
    "after the vectors": (Processor, "_embed"),
    "after the matches": (Processor, "_search"),
}
BOT_POINTS = ("before the send", "after the send")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(step: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return a step that kills the process afterwards."""

    async def wrapped(*args: Any, **options: Any) -> None:
        await step(*args, **options)
        die()

    return wrapped


class KilledByBlack(ColourEncoder):
    """Kills its process at a black photo, or at a text about dragons."""

    def encode_images(self, images: Sequence[Views]) -> Mapping[str, Vectors]:
        if any(not image.any() for image in images):
            die()
        return super().encode_images(images)

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        if any("dragon" in text for text in texts):
            die()
        return super().encode_texts(texts)


def harmless(*_: object) -> Choice:
    """Choose the tiny encoder; tests.support.services does the same, but would have each process import pytest."""
    return Choice("clip", ColourEncoder())


def killed_by_black(*_: object) -> Choice:
    """Choose the encoder that dies."""
    return Choice("concept", KilledByBlack())


class FilePlatform:
    """Messages are lines of a file, which outlives the process; a message that `maybe_sent` is looked up by its key."""

    name: PlatformName = "web"
    sends_pictures = True

    def __init__(self, path: Path, point: str) -> None:
        self._path = path
        self._point = point

    async def send(self, outgoing: Outgoing) -> Sent:
        if self._point == "before the send":
            die()
        lines = read(self._path)
        if not (outgoing.maybe_sent and any(line["key"] == outgoing.key for line in lines)):
            line = {"key": outgoing.key, "thread": outgoing.target.message, "reply": reply.to_json(outgoing.reply)}
            with self._path.open("a") as file:
                file.write(json.dumps(line) + "\n")
        if self._point == "after the send":
            die()
        return Sent(outgoing.target.channel, outgoing.key)

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        lines = read(self._path)
        for line in lines:
            if line["key"] == sent.message:
                line["reply"] = reply.to_json(outgoing.reply)
        self._path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    async def remove(self, outgoing: Outgoing, sent: Sent | None) -> None:
        del sent
        kept = [line for line in read(self._path) if line["key"] != outgoing.key]
        self._path.write_text("".join(f"{json.dumps(line)}\n" for line in kept))

    async def photo_url(self, target: ReplyTarget, name: str) -> str | None:
        """Return None: this platform has no photos."""

    async def acknowledge(self, target: ReplyTarget) -> None:
        """Show nothing."""


def read(path: Path) -> list[dict[str, Any]]:
    """Return the messages of a file platform."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


async def main(role: str, point: str, database_url: str, redis_url: str, file: str) -> None:
    if role == "worker":
        if point in WORKER_POINTS:
            owner, step = WORKER_POINTS[point]
            setattr(owner, step, dying_after(getattr(owner, step)))
        load = killed_by_black if point == "black photos, dragons" else harmless
        servers = Connections(database_url=database_url, redis_url=redis_url, keys=KEYS)
        settings = EncoderSettings(compare_details=False)
        config = WorkerConfig(connections=servers, encoder=settings, lease_seconds=1, rehint_seconds=1)
        await run(config, lambda _: None, lambda _: None, load)
    else:
        async with Store(database_url, keys=KEYS) as store:
            await Delivery(store, FilePlatform(Path(file), point), lease_seconds=2).run()


def run_until_killed(*arguments: str) -> None:
    asyncio.run(main(*arguments))


_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])
"""To import all this takes two seconds of CPU time: one process does it for all that die."""


@dataclass(frozen=True)
class Dying:
    process: BaseProcess

    async def wait(self) -> int | None:
        """Wait for its end; return the number of the signal that ended it, negative."""
        await asyncio.to_thread(self.process.join)
        return self.process.exitcode


@asynccontextmanager
async def dying_process(role: str, point: str, database_url: str, redis_url: str, file: Path) -> AsyncIterator[Dying]:
    """Run a worker or a bot that kills itself at a point; kill it at the end of the context at the latest."""
    process = _FORKS.Process(target=run_until_killed, args=(role, point, database_url, redis_url, str(file)))
    await asyncio.to_thread(process.start)
    try:
        yield Dying(process)
    finally:
        process.kill()
        await asyncio.to_thread(process.join)
