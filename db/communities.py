"""The communities of a deployment, for its operator."""

from dataclasses import dataclass
from uuid import UUID

from db.database import Database
from reunite.entities import PlatformName


@dataclass(frozen=True, slots=True)
class CommunityInfo:
    """A community and its workspaces, each with its platform and name."""

    id: UUID
    name: str
    workspaces: tuple[tuple[PlatformName, str], ...]


async def all_communities(database: Database) -> list[CommunityInfo]:
    """Return every community, by name."""
    known = [
        CommunityInfo(row["id"], row["name"], tuple(zip(row["platforms"] or (), row["workspaces"] or (), strict=True)))
        for row in await database.rows("SELECT id, name, platforms::text[], workspaces FROM named_communities()")
    ]
    return sorted(known, key=lambda community: community.name.casefold())
