"""Stores up to when a bot has heard of everything in its workspaces."""

from collections.abc import Collection
from datetime import datetime

from db.store import Store
from reunite.entities import PlatformName


async def heard_at(store: Store, platform: PlatformName, external_id: str) -> datetime | None:
    """Return the moment up to which a bot has received everything in a workspace; None if it never did."""
    rows = await store.rows("SELECT heard_at(%s::platform, %s)", platform, external_id)
    heard: datetime | None = rows[0]["heard_at"]
    return heard


async def note_heard(store: Store, platform: PlatformName, external_ids: Collection[str]) -> None:
    """Record that a bot is receiving everything in some workspaces now."""
    await store.rows("SELECT note_heard(%s::platform, %s)", platform, [*external_ids])
