"""Photos in PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from typing import LiteralString
from uuid import UUID

from db import mapping
from db.queries import Queries
from reunite.entities import IncomingPhoto, Photo


class SqlPhotos(Queries):
    """`reunite.ports.photos.Photos`, and what else delivery and workers need."""

    async def of(self, report: UUID) -> Sequence[Photo]:
        return await self._where("report_id = %(report)s ORDER BY position", report=report)

    async def of_reports(self, reports: Collection[UUID]) -> Mapping[UUID, Sequence[Photo]]:
        if not reports:
            return {}
        photos: dict[UUID, list[Photo]] = {report: [] for report in reports}
        for photo in await self._where("report_id = ANY(%(reports)s) ORDER BY position", reports=list(reports)):
            photos[photo.report].append(photo)
        return photos

    async def of_post(self, report: UUID) -> Sequence[Photo]:
        return await self._where("report_id = %(report)s AND added_by IS NULL ORDER BY position", report=report)

    async def remove(self, photos: Collection[UUID]) -> None:
        await self._do("DELETE FROM photo WHERE id = ANY(%(photos)s)", photos=list(photos))

    async def add(self, report: UUID, photos: Sequence[IncomingPhoto], key: str = "") -> None:
        row = await self._row(
            """SELECT coalesce(max(position) + 1, 0) AS next, coalesce(bool_or(added_by = nullif(%(key)s, '')), false)
               AS known FROM photo WHERE report_id = %(report)s""",
            report=report,
            key=key,
        )
        if row["known"]:
            return
        for position, photo in enumerate(photos, start=row["next"]):
            await self._do(
                "INSERT INTO photo (community_id, report_id, position, name, url, upload, hidden, added_by)"
                " VALUES (%(community)s, %(report)s, %(position)s, %(name)s, %(url)s, %(upload)s, %(hidden)s,"
                " nullif(%(key)s, ''))",
                report=report,
                position=position,
                name=photo.name,
                url=photo.url,
                upload=photo.data,
                hidden=photo.hidden,
                key=key,
            )

    async def stored_copy(self, photo: UUID) -> bytes | None:
        [rows] = await self._batch(("SELECT copy FROM photo WHERE id = %(photo)s", {"photo": photo}))  # in binary
        return rows[0]["copy"] if rows else None

    async def stored_copies(self, photos: Collection[UUID]) -> dict[UUID, bytes]:
        """Return the stored copies of those photos that have one."""
        if not photos:
            return {}
        query = "SELECT id, copy FROM photo WHERE id = ANY(%(photos)s) AND copy IS NOT NULL"
        [rows] = await self._batch((query, {"photos": list(photos)}))  # in binary
        return {row["id"]: row["copy"] for row in rows}

    async def upload(self, photo: UUID) -> bytes | None:
        """Return the uploaded file; it's deleted once the stored copy has been made."""
        [rows] = await self._batch(("SELECT upload FROM photo WHERE id = %(photo)s", {"photo": photo}))  # in binary
        return rows[0]["upload"] if rows else None

    async def get(self, photo: UUID) -> Photo | None:
        return next(iter(await self._where("id = %(photo)s", photo=photo)), None)

    async def _where(self, condition: LiteralString, **params: object) -> list[Photo]:
        return [mapping.photo(row) for row in await self._all(f"{mapping.PHOTO} WHERE {condition}", **params)]

    async def set_shown(self, photo: UUID, things: Sequence[str]) -> None:
        """Store which things a photo clearly shows."""
        await self._do(
            "UPDATE photo SET shows = %(things)s WHERE id = %(photo)s AND shows <> %(things)s::text[]",
            photo=photo,
            things=list(things),
        )

    async def refresh(self, photo: UUID, url: str | None) -> None:
        """Store a photo's fresh link (None if its post is gone), and make its report's work due now."""
        await self._do(
            "UPDATE photo SET url = coalesce(%(url)s, url), stale_since = NULL, refreshed = true"
            " WHERE id = %(photo)s AND state = 'pending'",
            photo=photo,
            url=url,
        )
        await self._do(
            "UPDATE work SET due_at = now() WHERE state = 'due' AND leased_until IS NULL AND report_id ="
            " (SELECT report_id FROM photo WHERE id = %(photo)s)",
            photo=photo,
        )
