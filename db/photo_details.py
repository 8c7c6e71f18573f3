"""How many details of two photos match, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from db.queries import Queries

OF_REPORT: Final = """SELECT other, max(details) AS details FROM (
  SELECT found_id AS other, details FROM photo_details WHERE lost_id = %(report)s
  UNION ALL SELECT lost_id, details FROM photo_details WHERE found_id = %(report)s) AS compared
GROUP BY other"""
"""Selects the most details that a report's photos share with each report they were compared with."""
_MAX_PHOTOS: Final = 2
"""How many photos of a lost report are compared."""


@dataclass(frozen=True, slots=True)
class PhotoPair:
    """A photo of a lost report and one of a found report."""

    lost_photo: UUID
    found_photo: UUID


class SqlPhotoDetails(Queries):
    """The photo comparisons of a community."""

    async def not_compared(self, pairs: Sequence[tuple[UUID, UUID]]) -> list[PhotoPair]:
        """Return the pairs of photos that haven't been compared yet: of a lost report, and the given found photo."""
        if not pairs:
            return []
        rows = await self._all(
            """SELECT p.id AS lost_photo, pair.found_photo
               FROM unnest(%(lost)s::uuid[], %(photos)s::uuid[]) AS pair (lost, found_photo)
               CROSS JOIN LATERAL (SELECT id FROM photo WHERE report_id = pair.lost AND state = 'stored'
                 ORDER BY position LIMIT %(most)s) AS p
               WHERE NOT EXISTS (SELECT FROM photo_details d
                 WHERE d.lost_photo = p.id AND d.found_photo = pair.found_photo)""",
            lost=[lost for lost, _ in pairs],
            photos=[photo for _, photo in pairs],
            most=_MAX_PHOTOS,
        )
        return [PhotoPair(**row) for row in rows]

    async def save(self, details: Mapping[PhotoPair, float]) -> None:
        """Store comparisons, except for photos that were deleted meanwhile."""
        for pair, value in details.items():
            await self._do(
                """INSERT INTO photo_details (community_id, lost_id, found_id, lost_photo, found_photo, details)
                   SELECT %(community)s, l.report_id, f.report_id, l.id, f.id, %(details)s
                   FROM (SELECT id, report_id FROM photo WHERE id = %(lost)s FOR KEY SHARE) AS l,
                     (SELECT id, report_id FROM photo WHERE id = %(found)s FOR KEY SHARE) AS f
                   ON CONFLICT (lost_photo, found_photo) DO NOTHING""",
                lost=pair.lost_photo,
                found=pair.found_photo,
                details=value,
            )
