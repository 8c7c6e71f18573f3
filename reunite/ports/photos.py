"""Photos of reports."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from reunite.entities import IncomingPhoto, Photo


class Photos(Protocol):
    """The photos of a community's reports."""

    async def of(self, report: UUID) -> Sequence[Photo]:
        """Return a report's photos in order."""

    async def of_reports(self, reports: Collection[UUID]) -> Mapping[UUID, Sequence[Photo]]:
        """Return the photos of several reports, by report, in order."""

    async def of_post(self, report: UUID) -> Sequence[Photo]:
        """Return the photos that came with a report's post, without those that were added by a button."""

    async def remove(self, photos: Collection[UUID]) -> None:
        """Delete photos with their embeddings; no match is shown with one of them any more."""

    async def add(self, report: UUID, photos: Sequence[IncomingPhoto], key: str = "") -> None:
        """Add photos to a report, unless the same `key` has added them before."""

    async def stored_copy(self, photo: UUID) -> bytes | None: ...
