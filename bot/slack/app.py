"""The Slack adapter's composition: bolt receives by Socket Mode or HTTP, the Web API sends."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.absence import watch_absence
from bot.backfill import BackfillRequests
from bot.board_roles import watch_roles
from bot.past_posts import PastPosts
from bot.slack.background import Background
from bot.slack.buttons import Buttons
from bot.slack.catch_up import CatchUp
from bot.slack.commands import Commands
from bot.slack.config import SlackConfig
from bot.slack.errors import CLOSED
from bot.slack.events import Parts, bolt_app
from bot.slack.greeting import Greeter
from bot.slack.history import ChannelHistory
from bot.slack.home import Home
from bot.slack.inbound import Inbound
from bot.slack.linking import Linking
from bot.slack.looks import Looks
from bot.slack.oauth import oauth_flow
from bot.slack.outbound import SlackPlatform
from bot.slack.reconcile import Cards, Reconciler
from bot.slack.reports import Reports
from bot.slack.server import serving
from bot.slack.settings_form import SettingsForm
from bot.slack.socket_mode import connected
from bot.slack.verdicts import Verdicts
from bot.slack.workspaces import Workspaces
from bot.workspace_changes import follow_changes
from db.backfills import Backfills
from db.cancellation import supervised
from db.channel_roles import roles_since
from db.installations import Installations
from db.refused_changes import keep_trying
from db.slack_pictures import SlackPictures
from db.slack_windows import SlackWindows
from db.store import Store
from reunite.handlers import Handlers
from reunite.ports import Platform

_REQUEST_SECONDS: Final = 30


@asynccontextmanager
async def running(
    handlers: Handlers, store: Store, config: SlackConfig, client: AsyncWebClient | None = None
) -> AsyncIterator[Platform]:
    """Stay connected: events go to `handlers`, and the yielded platform sends.

    `client` (its address, session, proxy and certificates; not its token) replaces the one made from `config`. Raises
    SetupError, TryAgainError if Slack can't be reached, UndeliverableError if it refuses us.
    """
    config.check()
    async with AsyncExitStack() as stack:
        if client is None:
            client = await stack.enter_async_context(_client(config))
        installations, background = Installations(store), Background()
        workspaces = Workspaces(handlers, config, client, installations)
        verdicts = Verdicts(handlers, installations)
        platform = SlackPlatform(workspaces, verdicts, SlackPictures(store))
        parts = _parts(handlers, workspaces, platform, installations, background, store=store, verdicts=verdicts)
        stack.push_async_callback(workspaces.stop)
        await workspaces.connect()
        stack.push_async_callback(background.finish)
        stack.push_async_callback(verdicts.stop)
        bolt = bolt_app(client, config, parts)
        await stack.enter_async_context(serving(config, bolt, oauth_flow(config, client, workspaces, installations)))
        is_connected = await stack.enter_async_context(connected(bolt, config))
        catch_up = CatchUp(handlers, parts.inbound, SlackWindows(store), partial(roles_since, store, "slack"))
        cards, looks, greeter = Cards(handlers, verdicts), parts.looks, parts.greeter
        reconciler = Reconciler(
            workspaces, catch_up, cards, looks=looks, greeter=greeter, installations=installations, config=config
        )
        history = ChannelHistory(workspaces, reconciler.is_caught_up, parts.inbound.is_deleted)
        past_posts = PastPosts(history, platform, handlers, Backfills(store), pause=config.between_pages)
        roles = watch_roles(store, "slack", workspaces.moderates)

        def teams() -> list[str]:
            return [workspace.team for workspace in workspaces]

        changes = follow_changes(store, "slack", teams, partial(workspaces.reread, store))
        absence = watch_absence(store, "slack", workspaces.membership, workspaces.leave)
        refused = keep_trying(store, "slack", CLOSED, teams)
        async with supervised(reconciler.run(is_connected), past_posts.run(), roles, changes, absence, refused):
            yield platform


@asynccontextmanager
async def _client(config: SlackConfig) -> AsyncIterator[AsyncWebClient]:
    timeout = aiohttp.ClientTimeout(total=_REQUEST_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        yield AsyncWebClient(base_url=config.api_base or AsyncWebClient.BASE_URL, session=session)


def _parts(  # noqa: PLR0913 - what the parts share
    handlers: Handlers,
    workspaces: Workspaces,
    platform: SlackPlatform,
    installations: Installations,
    background: Background,
    *,
    store: Store,
    verdicts: Verdicts,
) -> Parts:
    """Wire the parts together."""
    linking, reports = Linking(handlers), Reports(handlers)
    looks, settings_form = Looks(handlers, SlackPictures(store)), SettingsForm(handlers)
    greeter = Greeter(handlers, platform, background)
    home = Home(handlers, reports, settings_form, linking, background, requests=BackfillRequests(handlers, store))
    return Parts(
        workspaces=workspaces,
        installations=installations,
        background=background,
        inbound=Inbound(handlers, platform, background, greeter, store),
        greeter=greeter,
        verdicts=verdicts,
        commands=Commands(handlers, reports, looks, linking),
        reports=reports,
        looks=looks,
        buttons=Buttons(handlers, reports, looks, home.publish, background=background),
        home=home,
        settings_form=settings_form,
        linking=linking,
    )
