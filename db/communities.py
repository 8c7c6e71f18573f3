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
    found = []
    for community in await database.communities():
        async with database.transaction(community) as connection:
            named = await (await connection.execute("SELECT name FROM community")).fetchone()
            cursor = await connection.execute("SELECT platform, name FROM workspace ORDER BY platform, name")
            workspaces = tuple((row["platform"], row["name"]) for row in await cursor.fetchall())
        if named:
            found.append(CommunityInfo(community, named["name"], workspaces))
    return sorted(found, key=lambda community: community.name.casefold())
