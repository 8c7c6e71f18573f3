"""Waiting for past posts to be read, and a bot that is killed while it reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

from bot.backfill import BackfillRequests
from db.backfills import Backfill, Backfills
from db.store import Store
from reunite.entities import PlatformName, Workspace
from reunite.handlers import Handlers
from reunite.past_posts import Tally
from tests.support.waiting import PATIENCE, eventually


async def workspace_of(store: Store, platform: PlatformName, external_id: str) -> Workspace:
    return await eventually(lambda: store.workspace(platform, external_id), f"{external_id} is joined")


async def start_reading(store: Store, handlers: Handlers, workspace: Workspace, **how: Any) -> None:
    """Have the past posts of all channels for reports read."""
    requests, since = BackfillRequests(handlers, store), how.pop("since", None)
    channels = await eventually(lambda: Backfills(store).channels(workspace), "there are channels for reports")
    await requests.start(workspace, channels, await requests.span(workspace, since), **how)


async def wait_until_read(store: Store, workspace: Workspace, within: float = PATIENCE) -> list[Backfill]:
    """Wait until all requested channels are read."""
    return await eventually(
        lambda: Backfills(store).of(workspace),
        holds=lambda found: found and all(channel.has_ended for channel in found),
        within=within,
    )


def total_of(found: list[Backfill]) -> Tally:
    return Tally.of(channel.tally for channel in found)


@contextmanager
def lose_positions(after: int) -> Iterator[None]:
    """Store the bot's position only for the first `after` pages, as if it were killed before it stored the others."""
    noted, advance = [0], Backfills.advance

    async def note(
        self: Backfills, backfill: Backfill, cursor: str, reached: datetime, *args: Any, **more: Any
    ) -> None:
        noted[0] += 1
        if noted[0] <= after:
            await advance(self, backfill, cursor, reached, *args, **more)

    with patch.object(Backfills, "advance", note):
        yield
