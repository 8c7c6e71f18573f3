"""Workspaces of a community: settings, numbers, and their known posts and cards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from reunite.entities import Report, Settings, Statistics, Trends
from reunite.ports.records import KnownCard


class Workspaces(Protocol):
    """The workspaces of a community."""

    async def settings(self, workspace: UUID) -> Settings: ...

    async def settings_for(self, report: UUID) -> Settings:
        """Return the settings of a report's workspace."""

    async def save_settings(self, workspace: UUID, settings: Settings, *, if_first: bool = False) -> None:
        """Save a workspace's settings; with `if_first`, only if it never had any."""

    async def member_zone(self, workspace: UUID, member: str) -> str:
        """Return the name of the time zone that a member has set; empty if they haven't."""

    async def set_member_zone(self, workspace: UUID, member: str, zone: str) -> None:
        """Store a member's time zone; an empty name deletes it."""

    async def statistics(self, *, for_moderators: bool = False) -> Statistics:
        """Return the community's numbers: of what members may see, or moderators."""

    async def count(self, which: Literal["open", "returned"]) -> int:
        """Return how many found items are open, or were ever returned, of those that members may know of."""

    async def trends(self) -> Trends:
        """Return what the last weeks brought, of what everyone may see."""

    async def reports(self, workspace: UUID) -> Sequence[UUID]:
        """Return the workspace's reports that are not purged."""

    async def posts(self, workspace: UUID, since: datetime | None, channel: str | None = None) -> Sequence[Report]:
        """Return the reports of a workspace, perhaps of one channel, that have a post, except withdrawn and expired."""

    async def cards(self, workspace: UUID, since: datetime | None, message: str | None = None) -> Sequence[KnownCard]:
        """Return the match replies that were sent for a workspace's reports in progress, perhaps of one message."""

    async def unlink(self, workspace: UUID) -> bool:
        """Give a workspace a community of its own; return whether it shared one."""
