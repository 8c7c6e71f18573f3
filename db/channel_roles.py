"""When channels got their kind of report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from db.store import Store
from reunite.entities import PlatformName, ReportKind


@dataclass(frozen=True)
class SavedRole:
    """A channel's kind of report, and since when; None for one that always had it."""

    kind: ReportKind | None
    since: datetime | None

    def is_of(self, kind: ReportKind | None, posted_at: datetime) -> bool:
        """Return whether a channel was for this kind of report at a moment.

        If another kind is saved, the channel has just got this one, and the moment of that isn't saved yet.
        """
        return self.kind is kind and (self.since is None or posted_at >= self.since)


async def saved_roles(store: Store, platform: PlatformName, external_id: str) -> Mapping[str, SavedRole]:
    """Return the kinds of report of a workspace's channels, by id."""
    workspace = await store.workspace(platform, external_id)
    if workspace is None:
        return {}
    query = "SELECT external_id, role, since FROM channel WHERE workspace_id = %s"
    return {
        row["external_id"]: SavedRole(ReportKind(row["role"]) if row["role"] else None, row["since"])
        for row in await store.rows_in(workspace.community, query, workspace.id)
    }


async def saved_role(store: Store, platform: PlatformName, external_id: str, channel: str) -> SavedRole | None:
    """Return a channel's kind of report; None if it's saved nowhere."""
    return (await saved_roles(store, platform, external_id)).get(channel)


async def roles_since(store: Store, platform: PlatformName, external_id: str) -> Mapping[str, datetime]:
    """Return when a workspace's channels got their present kind of report, by id.

    Those that always had it are left out.
    """
    roles = await saved_roles(store, platform, external_id)
    return {channel: role.since for channel, role in roles.items() if role.since}
