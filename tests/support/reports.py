"""Reads back what was reported."""

from db.store import Store
from reunite.entities import PlatformName, Report


async def reports_of(store: Store, platform: PlatformName, workspace: str) -> list[Report]:
    """Return a workspace's reports, the oldest first; none before it is known."""
    known = await store.workspace(platform, workspace)
    if known is None:
        return []
    async with store.session(known.community) as session:
        rows = await session._all("SELECT id FROM report ORDER BY created_at")
        return [report for row in rows if (report := await session.reports.get(row["id"]))]
