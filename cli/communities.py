"""Finds the community that an operator names."""

from cli.errors import UsageError
from db.communities import CommunityInfo, all_communities
from db.database import Database


async def find_community(database: Database, wanted: str | None) -> CommunityInfo:
    """Return the community with an id or a name; without one, the only one. Raises UsageError."""
    known = await all_communities(database)
    matching = [
        community
        for community in known
        if wanted is None
        or wanted.casefold() in {str(community.id), community.name.casefold()}
        or wanted in {name for _, name in community.workspaces}
    ]
    if len(matching) == 1:
        return matching[0]
    if not known:
        raise UsageError("There's no community yet: it's created when a bot first meets its server or workspace.")
    listed = "; ".join(f"{community.name} ({community.id})" for community in matching or known)
    problem = "There's no such community." if not matching else "Say which community: --community ID."
    raise UsageError(f"{problem} Known: {listed}.")
