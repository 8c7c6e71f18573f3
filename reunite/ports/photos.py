"""Photos of reports."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from reunite.entities import IncomingPhoto, Photo


class Photos(Protocol):
    """The photos of a community's reports."""

    async def of(self, report: UUID) -> Sequence[Photo]:
        """Return a report's photos in order."""
        ...

    async def add(self, report: UUID, photos: Sequence[IncomingPhoto], key: str = "") -> None:
        """Add photos to a report; those that came with the same `key` before are not added again."""
        ...

    async def stored_copy(self, photo: UUID) -> bytes | None: ...
