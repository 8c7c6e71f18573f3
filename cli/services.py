"""The long-running processes: worker and bots."""

import asyncio
import errno
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.app import AdapterConfig, BotConfig
from bot.discord.config import DiscordConfig, DiscordSetupError
from bot.slack.config import SlackConfig, SlackSetupError
from bot.web.config import WebConfig
from cli.children import until_asked_to_stop
from cli.errors import UsageError
from cli.port import taken
from cli.servers import Servers
from cli.settings import Settings
from db.stopping import stop
from reunite.entities import PlatformName

_WORKERS_NICENESS = 10
"""On a machine that they share, a bot that has to answer goes before a worker's encoder, which takes every core."""


def announce_ready(words: str) -> None:
    """Write the file by which a parent process or a health check sees that this one is ready."""
    if path := os.environ.get("REUNITE_READY_FILE"):
        whole = Path(f"{path}.part")
        whole.write_text(words, "utf-8")
        whole.rename(path)  # whoever waits for it reads all of it


async def until_stopped(service: Coroutine[Any, Any, None]) -> None:
    """Run a service until it fails or the process is asked to stop."""
    running, asked = asyncio.create_task(service), asyncio.create_task(until_asked_to_stop())
    await asyncio.wait({running, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if running.done():
        await running
    await stop(running)


async def reembed(settings: Settings, where: Servers) -> None:
    """Embed everything with the encoder that the settings name, then search with it."""
    from db.store import Store  # noqa: PLC0415
    from workers.batching import BatchingEncoder  # noqa: PLC0415 - imports torch, which takes seconds
    from workers.embed import reembed as embed_all  # noqa: PLC0415
    from workers.encoders import EncoderUnavailableError  # noqa: PLC0415
    from workers.encoders.choose import choose  # noqa: PLC0415

    try:
        choice = choose(settings.encoder, None, settings.model, _say, threads=settings.torch_threads)
    except EncoderUnavailableError as error:
        raise UsageError(str(error)) from error
    encoder = BatchingEncoder(choice.encoder)
    async with Store(where.database_url) as store:
        model = await store.register_model(choice.kind, choice.encoder.version, choice.encoder.spaces)
        before = await embed_all(store, encoder, model, _progress)
        await store.make_live(model.id)
        after = await embed_all(store, encoder, model, _progress)  # what came in while the first round ran
    await encoder.close()
    _say(f"{before + after} reports embedded; {model.version} is searched from now on. Start the workers again.")


def _progress(done: int, community: str) -> None:
    _say(f"{done} reports embedded (community {community}) …")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)  # standard output belongs to whoever started us


async def worker(settings: Settings, where: Servers) -> None:
    """Run a worker."""
    from workers.app import ModelMismatchError, WorkerConfig, run  # noqa: PLC0415 - imports torch, which takes seconds
    from workers.encoders import EncoderUnavailableError  # noqa: PLC0415

    os.nice(_WORKERS_NICENESS)
    api = urlsplit(settings.slack_api_base or "")
    config = WorkerConfig(
        database_url=where.database_url,
        redis_url=where.redis_url,
        queue=where.queue,
        encoder=settings.encoder,
        model=settings.model,
        torch_threads=settings.torch_threads,
        slack_token=_secret(settings.slack_bot_token),
        slack_hosts=frozenset({api.netloc} if api.netloc else {"files.slack.com"}),
        http_hosts=frozenset({*settings.photo_http_hosts, *({api.netloc} if api.scheme == "http" else ())}),
    )
    try:
        await until_stopped(run(config, _say, lambda model: announce_ready(f"{model.encoder} {model.version}")))
    except (ModelMismatchError, EncoderUnavailableError) as error:
        raise UsageError(str(error)) from error


async def bot(settings: Settings, where: Servers, platform: PlatformName) -> None:
    """Run one platform's bot."""
    from bot.app import run  # noqa: PLC0415

    config = BotConfig(
        database_url=where.database_url,
        redis_url=where.redis_url,
        queue=where.queue,
        adapter=adapter_config(settings, platform),
    )
    try:
        await until_stopped(run(config, lambda: announce_ready(platform)))
    except DiscordSetupError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        port, name = (settings.slack_port, "REUNITE_SLACK_PORT") if platform == "slack" else (settings.port, "PORT")
        raise UsageError(taken(port, name)) from error


def discord_config(settings: Settings, token: SecretStr) -> DiscordConfig:
    """Return what the Discord adapter needs of the settings."""
    return DiscordConfig(
        token=token.get_secret_value(),
        api_base=settings.discord_api_base,
        gateway=settings.discord_gateway,
        message_content=settings.discord_message_content,
    )


def adapter_config(settings: Settings, platform: PlatformName) -> AdapterConfig:
    """Choose what an adapter needs of the settings. Raises UsageError where something is missing."""
    match platform:
        case "discord":
            if settings.discord_token is None:
                raise UsageError(
                    "Set REUNITE_DISCORD_TOKEN to the bot's token; docs/discord.md tells where it comes from."
                )
            return discord_config(settings, settings.discord_token)
        case "slack":
            try:
                return slack_config(settings)
            except SlackSetupError as error:
                raise UsageError(str(error)) from error
        case "web":
            return WebConfig(port=settings.port)


def slack_config(settings: Settings) -> SlackConfig:
    """Choose what the Slack bot needs of the settings. Raises SlackSetupError where something is missing."""
    return SlackConfig(
        bot_token=_secret(settings.slack_bot_token),
        app_token=_secret(settings.slack_app_token),
        signing_secret=_secret(settings.slack_signing_secret),
        client_id=settings.slack_client_id,
        client_secret=_secret(settings.slack_client_secret),
        api_base=settings.slack_api_base,
        host=settings.slack_host,
        port=settings.slack_port,
        moderators=frozenset(settings.slack_moderators),
    )


def _secret(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value else None
