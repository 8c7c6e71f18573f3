"""Photos that stand for reports, alone on a card or as the tiles of a gallery."""

from collections.abc import Mapping, Sequence

from reunite import rules
from reunite.entities import Match, Photo, PhotoState, Report, ReportKind, ReportState
from reunite.messages import galleries, keys
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Picture, Reply, Tile
from reunite.ports import Session

Pair = tuple[Match, Report]
"""A match of a report, and the report on its other side."""


async def viewable_pairs(session: Session, lost: Report) -> list[Pair]:
    """Return the found reports that the author of a lost report or a look may look at, the most probable first."""
    ruled_out = await session.matches.ruled_out(lost.id)
    matches = {match.found: match for match in await session.matches.of(lost.id) if match.found not in ruled_out}
    found = await session.reports.by_ids(matches)
    return [
        (matches[found_id], report)
        for found_id, report in found.items()
        if rules.may_be_in_gallery(lost, report, matches[found_id])
    ]


async def leaves_something_out(session: Session, lost: Report) -> bool:
    """Return whether a search leaves out an open found report, not sealed, because it isn't its author's."""
    left_out = await session.reports.by_ids(await session.matches.ruled_out(lost.id))
    return any(found.state is ReportState.OPEN and not found.sealed for found in left_out.values())


async def picture_of(session: Session, report: Report, match: Match | None = None) -> Picture | None:
    """Return the photo of a found report that matched, or else its first one; none that is hidden by a spoiler."""
    return _picture(await session.photos.of(report.id), match)


def _picture(photos: Sequence[Photo], match: Match | None) -> Picture | None:
    stored = {photo.id: photo for photo in photos if photo.state is PhotoState.STORED and not photo.hidden}
    shown = stored.get(match.photo) if match and match.photo else None
    shown = shown or next(iter(stored.values()), None)
    return Picture(shown.id, shown.report) if shown else None


async def picture_on_card(session: Session, reader: Report, match: Match, other: Report) -> Picture | None:
    """Return the picture on a match's card in a thread: none of a sealed report.

    Nor does a card repeat the photo of a match that the first reply shows alone, right above the card.
    """
    picture = None if other.sealed else await picture_of(session, other, match)
    if picture is None or reader.kind is ReportKind.FOUND or match.picked:
        return picture
    first = await session.outbox.get(keys.first_reply(reader.id))
    lone = galleries.lone_match(first.gallery) if first else None
    return None if lone and lone.photo == picture.photo else picture


async def revise_tiles(
    session: Session, found: Report, pairs: Sequence[Pair], quoting: Mapping[ReplyKey, Reply] | None = None
) -> None:
    """Show in the galleries with a found report's matches, each with its lost report, what has been said about them.

    `quoting` has the replies that quote the found report, if they're known already.
    """
    if quoting is None:
        quoting = await session.outbox.quoting(found.id)
    for key, reply in quoting.items():
        revised = reply
        for match, lost in pairs:
            revised = galleries.refreshed(revised, match, found, lost.language)
        if revised != reply:
            await session.outbox.revise(key, revised)


async def tiles_of(session: Session, pairs: Sequence[Pair], first: int = 1) -> tuple[Tile, ...]:
    """Number pairs from `first`, each with the photo that matched."""
    shown, tiles = pairs[: rules.MAX_TILES], []
    photos = await session.photos.of_reports([found.id for _, found in shown])
    for number, (match, found) in enumerate(shown, start=first):
        picture = _picture(photos[found.id], match)
        tiles.append(Tile(number, match.id, found.id, match.label, picture.photo if picture else None))
    return tuple(tiles)
