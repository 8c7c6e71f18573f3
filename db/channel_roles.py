"""When channels got their kind of report."""

from collections.abc import Mapping
from datetime import datetime

from db.store import Store
from reunite.entities import PlatformName


async def roles_since(store: Store, platform: PlatformName, external_id: str) -> Mapping[str, datetime]:
    """Return when a workspace's channels got their present kind of report, by id.

    Those that always had it are left out.
    """
    workspace = await store.workspace(platform, external_id)
    if workspace is None:
        return {}
    async with store.transaction(workspace.community) as connection:
        query = "SELECT external_id, since FROM channel WHERE workspace_id = %s AND since IS NOT NULL"
        cursor = await connection.execute(query, [workspace.id])
        return {row["external_id"]: row["since"] for row in await cursor.fetchall()}


async def came_before_role(
    store: Store, platform: PlatformName, external_id: str, channel: str, posted_at: datetime
) -> bool:
    """Return whether a post was made before its channel got its present kind of report."""
    since = (await roles_since(store, platform, external_id)).get(channel)
    return since is not None and posted_at < since
