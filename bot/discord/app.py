"""The Discord adapter's composition: discord.py's client, and the parts that handle its events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.absence import watch_absence
from bot.backfill import BackfillRequests
from bot.board_roles import watch_roles
from bot.discord.addresses import addresses
from bot.discord.buttons import Buttons
from bot.discord.client import ReuniteClient, log_in, stay_connected
from bot.discord.command_tree import command_tree
from bot.discord.commands import Commands
from bot.discord.config import DiscordConfig
from bot.discord.events import Events
from bot.discord.greeting import Greeter
from bot.discord.history import ChannelHistory
from bot.discord.inbound import Inbound
from bot.discord.looks import Looks
from bot.discord.outbound import DiscordPlatform
from bot.discord.reconcile import Reconciler
from bot.discord.reports import Reports
from bot.discord.settings_form import SettingsForm
from bot.discord.verdicts import Verdicts
from bot.discord.workspaces import Workspaces
from bot.past_posts import PastPosts
from db.backfills import Backfills
from db.cancellation import stop
from db.store import Store
from reunite.absence import IsThere
from reunite.handlers import Handlers
from reunite.ports import Platform


@asynccontextmanager
async def running(handlers: Handlers, store: Store, config: DiscordConfig) -> AsyncIterator[Platform]:
    """Stay connected: events go to `handlers`, and the yielded platform sends. Raises SetupError."""
    config.check()
    with addresses(config):
        async with ReuniteClient(config) as client:
            workspaces = Workspaces(handlers)
            verdicts = Verdicts(client, handlers, workspaces)
            platform = DiscordPlatform(client, handlers, workspaces, verdicts)
            settings_form = SettingsForm(handlers, workspaces, BackfillRequests(handlers, store))
            events = _events(
                client,
                handlers,
                workspaces,
                settings_form,
                verdicts=verdicts,
                platform=platform,
                config=config,
            )
            await log_in(client, config.token or "")
            try:
                async with asyncio.TaskGroup() as tasks:  # losing the connection permanently ends the body too
                    background = [tasks.create_task(stay_connected(client))]
                    try:
                        await client.wait_until_ready()
                        await events.start()
                        background.append(tasks.create_task(_watch_absence(store, handlers, client)))
                        background.append(tasks.create_task(workspaces.keep_saved(client)))
                        background.append(tasks.create_task(watch_roles(store, "discord", verdicts.moderates)))
                        history = ChannelHistory(client, workspaces, events.is_reconciled, events.is_deleted)
                        past = PastPosts(history, platform, handlers, Backfills(store), pause=config.between_pages)
                        background.append(tasks.create_task(past.run()))
                        yield platform
                    finally:
                        await events.finish()
                        await stop(*background)
            except BaseExceptionGroup as group:
                if len(group.exceptions) == 1:
                    raise group.exceptions[0] from None
                raise


async def _watch_absence(store: Store, handlers: Handlers, client: ReuniteClient) -> None:
    """Leave guilds that removed the bot while it was down."""

    async def start_check() -> IsThere:
        guilds = {str(guild.id) async for guild in client.fetch_guilds(limit=None, with_counts=False)}

        async def is_there(guild: str) -> bool:
            return guild in guilds

        return is_there

    async def leave(guild: str) -> None:
        await handlers.leave("discord", guild)

    await watch_absence(store, "discord", start_check, leave)


def _events(  # noqa: PLR0913 - the parts that others need too
    client: ReuniteClient,
    handlers: Handlers,
    workspaces: Workspaces,
    settings_form: SettingsForm,
    *,
    verdicts: Verdicts,
    platform: DiscordPlatform,
    config: DiscordConfig,
) -> Events:
    """Wire the parts together, and register them for the client's events and commands."""
    inbound = Inbound(client, handlers, workspaces, platform)
    reports = Reports(handlers, workspaces, platform)
    commands, looks = Commands(handlers, workspaces, reports, settings_form), Looks(handlers, workspaces, reports)
    client.commands = command_tree(client, commands, looks, inbound.track)
    return Events(
        client,
        workspaces=workspaces,
        inbound=inbound,
        verdicts=verdicts,
        buttons=Buttons(handlers, workspaces, commands, settings_form, looks),
        reconciler=Reconciler(client, handlers, workspaces, inbound=inbound, verdicts=verdicts, config=config),
        greeter=Greeter(handlers, workspaces, platform),
        pause_after_trouble=config.pause_after_trouble,
    )
