"""Converts the domain's entities to the API's schemas."""

from collections.abc import Mapping
from typing import Final, cast
from uuid import UUID

from api import schemas
from api.access import Caller
from db.items import Item
from reunite.entities import Label, Match, Photo, PhotoState
from reunite.matching.scoring import ScoredCandidate
from reunite.messages import wording
from reunite.text.moments import with_plain_moments

_LABELS: Final[Mapping[Label, schemas.LabelName]] = {Label.HIGH: "high", Label.POSSIBLE: "possible"}


def visible_photos(item: Item, caller: Caller) -> list[Photo]:
    """Return the photos that a caller may see; only the author and moderators see those behind a spoiler."""
    sees_all = caller.is_moderator or caller.owns(item.report)
    return [photo for photo in item.photos if sees_all or not photo.hidden]


def item_of(item: Item, caller: Caller) -> schemas.Item:
    report = item.report
    return schemas.Item(
        id=report.id,
        kind=report.kind.value,
        state=cast("schemas.ItemState", report.state.value),
        text=with_plain_moments(report.text),
        place=with_plain_moments(report.place),
        happened_at=report.happened_at,
        happened_on=report.happened_on,
        created_at=report.created_at,
        sealed=report.sealed,
        private=report.private,
        category=report.category,
        photos=[_photo(photo) for photo in visible_photos(item, caller)],
    )


def _photo(photo: Photo) -> schemas.Photo:
    return schemas.Photo(
        id=photo.id,
        state=photo.state.value,
        url=f"/v1/photos/{photo.id}" if photo.state is PhotoState.STORED else None,
        problem=photo.problem,
        flaw=photo.flaw,
    )


def result_of(scored: ScoredCandidate, item: Item, caller: Caller) -> schemas.Result:
    return schemas.Result(
        score=min(1.0, max(0.0, scored.probability)),
        label=_LABELS[scored.label] if scored.label else None,
        why=wording.why_words(scored.why),
        photo=_matched(scored.photo, item, caller),
        item=item_of(item, caller),
    )


def match_of(match: Match, other: Item, caller: Caller) -> schemas.Match:
    return schemas.Match(
        id=match.id,
        score=min(1.0, max(0.0, match.probability)),
        label=_LABELS[match.label] if match.label else None,
        state=match.state.value,
        why=wording.why_words(match.why),
        photo=_matched(match.photo, other, caller),
        item=item_of(other, caller),
    )


def _matched(photo: UUID | None, item: Item, caller: Caller) -> UUID | None:
    """Return the item's photo that matched, if the caller may see it, or else the first visible one."""
    stored = [shown.id for shown in visible_photos(item, caller) if shown.state is PhotoState.STORED]
    return photo if photo in stored else next(iter(stored), None)
