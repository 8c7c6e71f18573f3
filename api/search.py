"""Searches by words or photo, similar items, and the similarity of texts and photos."""

from dataclasses import dataclass
from uuid import uuid4

import numpy as np

from api import schemas
from api.access import Caller
from api.bodies import photo_bytes
from api.conversion import item_of, result_of, visible_photos
from api.operations import Call, JsonResponse
from api.problems import not_found
from db.items import Item
from db.store import Store
from db.transient_search import run_query
from metrics.searches import count_search
from reunite.commands import REPORTS, NewReport
from reunite.encoder import SHARED_SPACE
from reunite.entities import Member, ReplyTarget, ReportKind
from reunite.matching.evidence import MAX_CANDIDATES
from reunite.ports.query_encoder import Encoded, EncodedPhoto, EncodedText, QueryEncoder


@dataclass(frozen=True, slots=True)
class Searches:
    """Answers searches; a worker makes the embeddings."""

    store: Store
    encoder: QueryEncoder

    async def search(self, call: Call[schemas.SearchQuery]) -> JsonResponse:
        """Score the open reports for a query."""
        query, caller = call.body, call.caller
        photos = [photo_bytes(query.photo)] if query.photo else []
        texts = [query.text.strip()] if query.text else []
        encoded = await self.encoder.encode(caller.token.community, texts, photos)
        limit, sees_all = max(MAX_CANDIDATES, query.top_k), caller.is_moderator
        community, command = caller.token.community, _command(query, caller)
        found = await run_query(self.store, community, command, encoded, limit, hidden=sees_all)
        count_search("api", found.candidates[: query.top_k])
        items = found.items
        visible = [
            (candidate, items[candidate.report])
            for candidate in found.candidates
            if _sees(caller, items.get(candidate.report))
        ]
        results = [result_of(candidate, item, caller) for candidate, item in visible[: query.top_k]]
        return JsonResponse(
            schemas.SearchResults(results=results, searched=found.searched, calibrated=found.calibrated)
        )

    async def similar(self, call: Call[None]) -> JsonResponse:
        """Find items whose photos are most similar to those of an item."""
        caller, wanted = call.caller, call.id("item")
        async with self.store.session(caller.token.community) as session:
            items = await session.items.of([wanted])
            if not _sees(caller, items.get(wanted)):
                raise not_found("item")
            found = await session.items.similar(wanted, call.most, sealed=caller.is_moderator)
            items = await session.items.of([similar.report for similar in found])
        results = [
            schemas.Similar(
                similarity=similar.similarity, photo=similar.photo, item=item_of(items[similar.report], caller)
            )
            for similar in found
            if similar.report in items
            and any(photo.id == similar.photo for photo in visible_photos(items[similar.report], caller))
        ]
        return JsonResponse(schemas.SimilarResults(results=results))

    async def similarities(self, call: Call[schemas.SimilarityQuery]) -> JsonResponse:
        """Compare each text with each photo in the shared space."""
        query = call.body
        photos = [photo_bytes(photo) for photo in query.photos]
        encoded = await self.encoder.encode(call.caller.token.community, query.texts, photos)
        live = await self.store.embedding_models.live()
        return JsonResponse(schemas.Similarities(similarities=matrix(encoded), model=live.version if live else ""))


def matrix(encoded: Encoded) -> list[list[float]]:
    """Return the cosine of each text with each photo; for a text about several things, the highest one."""
    return [[_cosine(text, photo) for photo in encoded.photos] for text in encoded.texts]


def _cosine(text: EncodedText, photo: EncodedPhoto) -> float:
    return float(np.max(text.vectors[SHARED_SPACE] @ photo.vectors[SHARED_SPACE][0]))


def _sees(caller: Caller, item: Item | None) -> bool:
    return item is not None and caller.may_see(item.report)


def _command(query: schemas.SearchQuery, caller: Caller) -> NewReport:
    key = f"query:{uuid4()}"
    return REPORTS[ReportKind(query.among).opposite](
        source_key=key,
        target=ReplyTarget("api", caller.token.workspace, "query", key),
        author=Member(caller.author, caller.token.name),
        text=(query.text or "").strip(),
        place=query.place.strip(),
        happened_at=query.happened_at,
    )
