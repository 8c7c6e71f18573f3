"""The Discord adapter's composition: discord.py's client, and the parts that handle its events."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from bot.absence import watch_absence
from bot.backfill import BackfillRequests
from bot.board_roles import watch_roles
from bot.discord.buttons import Buttons
from bot.discord.client import ReuniteClient, log_in, stay_connected
from bot.discord.command_tree import command_tree
from bot.discord.commands import Commands
from bot.discord.config import DiscordConfig
from bot.discord.destinations import Destinations
from bot.discord.events import Events
from bot.discord.greeting import Greeter
from bot.discord.history import ChannelHistory
from bot.discord.inbound import Inbound
from bot.discord.internals import addresses
from bot.discord.looks import Looks
from bot.discord.missed import Missed
from bot.discord.outbound import DiscordPlatform
from bot.discord.reconcile import Reconciler
from bot.discord.reports import Reports
from bot.discord.settings_form import SettingsForm
from bot.discord.verdicts import Verdicts
from bot.discord.workspaces import Workspaces
from bot.past_posts import PastPosts
from bot.workspace_changes import follow_changes
from db.backfills import Backfills
from db.cancellation import stop
from db.store import Store
from reunite.absence import IsThere
from reunite.handlers import Handlers
from reunite.ports import Platform

Work = Callable[[], Coroutine[Any, Any, None]]


@asynccontextmanager
async def running(handlers: Handlers, store: Store, config: DiscordConfig) -> AsyncIterator[Platform]:
    """Stay connected: events go to `handlers`, and the yielded platform sends. Raises SetupError."""
    config.check()
    with addresses(config):
        async with ReuniteClient(config) as client:
            missed = Missed(store, config.look_back)
            workspaces = Workspaces(handlers, missed.away_since)
            verdicts = Verdicts(client, handlers, workspaces)
            platform = DiscordPlatform(client, handlers, workspaces, verdicts)
            inbound = Inbound(client, handlers, workspaces, platform, missed.counts)
            destinations = Destinations(handlers, workspaces)
            reconciler = Reconciler(
                client,
                handlers,
                workspaces,
                inbound=inbound,
                verdicts=verdicts,
                destinations=destinations,
                missed=missed,
                config=config,
            )
            history = ChannelHistory(client, workspaces, reconciler.is_reconciled, inbound.is_deleted)
            settings_form = SettingsForm(handlers, workspaces, BackfillRequests(handlers, store))
            reports = Reports(handlers, workspaces, platform, destinations)
            looks = Looks(handlers, workspaces, destinations)
            commands = Commands(handlers, workspaces, settings_form)
            client.commands = command_tree(client, commands, reports, looks, inbound.track)
            events = Events(
                client,
                workspaces=workspaces,
                inbound=inbound,
                verdicts=verdicts,
                buttons=Buttons(
                    handlers, workspaces, reports, looks, settings_form=settings_form, linking=commands.linking
                ),
                reconciler=reconciler,
                greeter=Greeter(handlers, workspaces, platform, reads_posts=client.intents.message_content),
                pause_after_trouble=config.pause_after_trouble,
            )
            past = PastPosts(history, platform, handlers, Backfills(store), pause=config.between_pages)
            recording = partial(missed.record, client, reconciler.is_caught_up)
            work: list[Work] = [past.run, recording, *_work(client, store, workspaces, verdicts, reconciler)]
            await log_in(client, config.token or "")
            async with _online(client, events, work):
                yield platform


def _work(
    client: ReuniteClient, store: Store, workspaces: Workspaces, verdicts: Verdicts, reconciler: Reconciler
) -> list[Work]:
    """Return what is done in the background, each until it's cancelled."""
    return [
        partial(_watch_absence, store, workspaces, client),
        partial(reconciler.missed.keep_changing, lambda: workspaces),
        partial(workspaces.keep_saved, client),
        partial(follow_changes, store, "discord", lambda: workspaces, partial(workspaces.reread, client)),
        partial(watch_roles, store, "discord", verdicts.moderates),
        client.register_commands_late,
    ]


@asynccontextmanager
async def _online(client: ReuniteClient, events: Events, work: Sequence[Work]) -> AsyncIterator[None]:
    """Handle events, and do the work in the background. Losing the connection permanently ends the body too."""
    try:
        async with asyncio.TaskGroup() as tasks:
            background = [tasks.create_task(stay_connected(client))]
            try:
                await client.wait_until_ready()
                await events.start()
                background += [tasks.create_task(act()) for act in work]
                yield
            finally:
                await events.finish()
                await stop(*background)
    except BaseExceptionGroup as group:
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None
        raise


async def _watch_absence(store: Store, workspaces: Workspaces, client: ReuniteClient) -> None:
    """Leave guilds that removed the bot while it was down."""

    async def start_check() -> IsThere:
        guilds = {str(guild.id) async for guild in client.fetch_guilds(limit=None, with_counts=False)}

        async def is_there(guild: str) -> bool:
            return guild in guilds

        return is_there

    async def leave(guild: str) -> None:
        if client.get_guild(int(guild)) is None:  # else it has invited the bot again since the check
            await workspaces.leave(int(guild))

    await watch_absence(store, "discord", start_check, leave)
