"""The store: transactions within a community, each with its parts."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from reunite.commands import JoinWorkspace
from reunite.entities import Member, PlatformName, Settings, Workspace
from reunite.ports.candidates import Candidates
from reunite.ports.claims import Claims
from reunite.ports.deletion import Deletion
from reunite.ports.looks import Looks
from reunite.ports.matches import Matches
from reunite.ports.outbox import Outbox
from reunite.ports.photos import Photos
from reunite.ports.prompts import Prompts
from reunite.ports.reports import Reports
from reunite.ports.verdicts import Verdicts
from reunite.ports.work import Work
from reunite.ports.workspaces import Workspaces


class Session(Protocol):
    """One transaction within one community; no other community can be seen or changed."""

    @property
    def reports(self) -> Reports: ...
    @property
    def looks(self) -> Looks: ...
    @property
    def prompts(self) -> Prompts: ...
    @property
    def photos(self) -> Photos: ...
    @property
    def candidates(self) -> Candidates: ...
    @property
    def matches(self) -> Matches: ...
    @property
    def verdicts(self) -> Verdicts: ...
    @property
    def claims(self) -> Claims: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def workspaces(self) -> Workspaces: ...
    @property
    def work(self) -> Work: ...
    @property
    def deletion(self) -> Deletion: ...


class Store(Protocol):
    """Opens transactions, and finds, links and deletes workspaces."""

    def session(self, community: UUID) -> AbstractAsyncContextManager[Session]:
        """Open a transaction within a community; it commits at the end, or rolls back on an error."""

    def entered(
        self, platform: PlatformName, external_id: str
    ) -> AbstractAsyncContextManager[tuple[Workspace, Settings, Session]]:
        """Open a transaction within a workspace's community. Raises NotJoinedError if it was never joined."""

    async def join(self, command: JoinWorkspace) -> Workspace:
        """Store a workspace and its channels; a new one gets a community of its own."""

    async def workspace(self, platform: PlatformName, external_id: str) -> Workspace | None: ...

    async def known_workspaces(self, platform: PlatformName) -> Sequence[tuple[Workspace, datetime | None]]:
        """Return a platform's workspaces, each with the time since which the bot has been absent from it."""

    async def note_absence(self, workspace: Workspace, since: datetime | None) -> None:
        """Store the time since which the bot has been absent from a workspace: of several, the earliest counts.

        None, or joining it again, clears that.
        """

    async def save_board_link(self, workspace: Workspace, member: Member, language: str, link_hash: str) -> None:
        """Store a link to the board: for a moderator, once, within 10 minutes. An unused one of theirs is deleted."""

    async def save_link_code(self, workspace: Workspace, code_hash: str) -> None:
        """Store a code by which another workspace may join the community: once, within 15 minutes."""

    async def is_linked(self, workspace: Workspace) -> bool:
        """Return whether a workspace's community has other workspaces."""

    def linked(self, workspace: Workspace, code_hash: str) -> AbstractAsyncContextManager[Session]:
        """Move a workspace's community into the one that a code was made in, and open a transaction there.

        Raises TellUserError if the code isn't valid; perhaps it has linked the workspace before.
        """

    async def leave(self, workspace: Workspace) -> None:
        """Delete a workspace and all that belongs to it."""
