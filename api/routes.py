"""The table of operations."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from api import schemas
from api.items import Items
from api.operations import NUMBER, PAGE, Operation
from api.search import Searches


def operations(searches: Searches, items: Items) -> Sequence[Operation[Any]]:
    """Return every operation that needs a token."""
    return (*_searching(searches), *_posting(items), *_posted(items), *_reading(items))


def _searching(searches: Searches) -> Sequence[Operation[Any]]:
    return (
        Operation[schemas.SearchQuery](
            name="search",
            method="POST",
            path="/v1/search",
            summary="Search open reports by words, by a photo, or by both",
            scope="read",
            handle=searches.search,
            body=schemas.SearchQuery,
            forms=True,
            returns={HTTPStatus.OK: schemas.SearchResults},
        ),
        Operation[schemas.SimilarityQuery](
            name="similarity",
            method="POST",
            path="/v1/similarity",
            summary="Compare texts with photos: the cosine of each pair",
            scope="read",
            handle=searches.similarities,
            body=schemas.SimilarityQuery,
            returns={HTTPStatus.OK: schemas.Similarities},
        ),
        Operation[None](
            name="getSimilar",
            method="GET",
            path="/v1/items/{item}/similar",
            summary="Show the items with the most similar photos, without the item itself",
            scope="read",
            handle=searches.similar,
            parameters=NUMBER,
            returns={HTTPStatus.OK: schemas.SimilarResults},
        ),
    )


def _posting(items: Items) -> Sequence[Operation[Any]]:
    return (
        Operation[schemas.NewItem](
            name="postItem",
            method="POST",
            path="/v1/items",
            summary="Post a found or lost item",
            scope="write",
            handle=items.post,
            body=schemas.NewItem,
            forms=True,
            takes_key=True,
            returns={HTTPStatus.CREATED: schemas.Posted, HTTPStatus.OK: schemas.Posted},
        ),
        Operation[None](
            name="withdrawItem",
            method="DELETE",
            path="/v1/items/{item}",
            summary="Withdraw an item, and delete what is known about it",
            scope="write",
            handle=items.withdraw,
            returns={HTTPStatus.NO_CONTENT: None},
        ),
        Operation[schemas.NewItems](
            name="startJob",
            method="POST",
            path="/v1/jobs",
            summary="Post many items at once",
            scope="write",
            handle=items.start_job,
            body=schemas.NewItems,
            takes_key=True,
            returns={HTTPStatus.ACCEPTED: schemas.Job},
        ),
    )


def _posted(items: Items) -> Sequence[Operation[Any]]:
    return (
        Operation[None](
            name="getItems",
            method="GET",
            path="/v1/items",
            summary="Show what this token has posted, newest first, a page at a time",
            scope="write",
            handle=items.own,
            parameters=PAGE,
            returns={HTTPStatus.OK: schemas.Items},
        ),
        Operation[None](
            name="getJob",
            method="GET",
            path="/v1/jobs/{job}",
            summary="Show how far a job is",
            scope="write",
            handle=items.job,
            returns={HTTPStatus.OK: schemas.Job},
        ),
    )


def _reading(items: Items) -> Sequence[Operation[Any]]:
    return (
        Operation[None](
            name="getItem",
            method="GET",
            path="/v1/items/{item}",
            summary="Show an item",
            scope="read",
            handle=items.get,
            returns={HTTPStatus.OK: schemas.Item},
        ),
        Operation[None](
            name="getMatches",
            method="GET",
            path="/v1/items/{item}/matches",
            summary="Show an item's matches",
            scope="read",
            handle=items.matches,
            parameters=NUMBER,
            returns={HTTPStatus.OK: schemas.Matches},
        ),
        Operation[None](
            name="getPhoto",
            method="GET",
            path="/v1/photos/{photo}",
            summary="Show a photo's stored copy",
            scope="read",
            handle=items.photo,
            returns={HTTPStatus.OK: "image/jpeg", HTTPStatus.NOT_MODIFIED: None},
        ),
        Operation[None](
            name="getStats",
            method="GET",
            path="/v1/stats",
            summary="Show the community's numbers and the model in use",
            scope="read",
            handle=items.stats,
            returns={HTTPStatus.OK: schemas.Stats},
        ),
    )
