"""Items: posting one or many, reading them with their photos and matches, counting them, withdrawing."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from aiohttp import web

from api import schemas
from api.access import Caller
from api.bodies import incoming_photo
from api.conversion import item_of, match_of, visible_photos
from api.operations import Call, JsonResponse
from api.problems import ProblemError, explained, not_found
from db.api_jobs import Job, Refusal
from db.items import Item
from db.session import CommunitySession
from db.store import Store
from http_server.photos import photo_response
from reunite import rules
from reunite.commands import REPORTS, Withdraw
from reunite.entities import Match, Member, PhotoState, ReplyTarget
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.posts import Receipt


@dataclass(frozen=True, slots=True)
class Items:
    """Posts, shows, counts and withdraws items. Only `photo_hosts` may serve photos."""

    store: Store
    handlers: Handlers
    photo_hosts: frozenset[str]

    async def post(self, call: Call[schemas.NewItem]) -> JsonResponse:
        receipt = await self._report(call.caller, call.body, _own_key(call))
        posted = schemas.Posted(id=receipt.report.id, created=receipt.created)
        headers = {"Location": f"/v1/items/{receipt.report.id}"}
        return JsonResponse(posted, HTTPStatus.CREATED if receipt.created else HTTPStatus.OK, headers)

    async def own(self, call: Call[None]) -> JsonResponse:
        """Return a page of what the caller has posted."""
        caller = call.caller
        async with self.store.session(caller.token.community) as session:
            posted_by = caller.token.workspace_id, caller.author
            if call.before and not await session.items.is_posted_by(*posted_by, call.before):
                raise ProblemError(HTTPStatus.NOT_FOUND, "before must be an item that this token has posted.")
            page = await session.items.posted_by(*posted_by, call.most + 1, call.before)
            shown = page[: call.most]
            items = await session.items.of(shown)
        listed = [item_of(items[report], caller) for report in shown if report in items]
        return JsonResponse(schemas.Items(items=listed, next=shown[-1] if len(page) > len(shown) else None))

    async def get(self, call: Call[None]) -> JsonResponse:
        async with self.store.session(call.caller.token.community) as session:
            return JsonResponse(item_of(await _visible(session, call), call.caller))

    async def matches(self, call: Call[None]) -> JsonResponse:
        """Return an item's matches with other items that the caller may see."""
        caller = call.caller
        async with self.store.session(caller.token.community) as session:
            item = await _visible(session, call)
            found = await session.matches.of(item.report.id)
            others = await session.items.of([match.other_side(item.report.id) for match in found])
        shown = [
            match_of(match, other, caller)
            for match in found
            if (other := others.get(match.other_side(item.report.id))) and _may_show(caller, match, item, other)
        ]
        return JsonResponse(schemas.Matches(matches=shown[: call.most]))

    async def withdraw(self, call: Call[None]) -> web.Response:
        """Delete everything known about an item, as its author or a moderator."""
        caller = call.caller
        async with self.store.session(caller.token.community) as session:
            report = (await _visible(session, call)).report
        if not caller.owns(report) and not (caller.is_moderator and report.target.platform == "api"):
            detail = "Only the token that posted an item, or one with the scope `moderate`, can withdraw it here."
            raise ProblemError(HTTPStatus.FORBIDDEN, detail)
        author = Member(caller.author, caller.token.name)
        await self.handlers.withdraw(Withdraw(target=report.target, member=author, is_moderator=caller.is_moderator))
        return web.Response(status=HTTPStatus.NO_CONTENT)

    async def photo(self, call: Call[None]) -> web.Response:
        """Return a photo's stored copy."""
        wanted, caller = call.id("photo"), call.caller
        async with self.store.session(caller.token.community) as session:
            photo = await session.photos.get(wanted)
            items = await session.items.of([photo.report]) if photo else {}
            item = next(iter(items.values()), None)
            if item is None or not caller.may_see(item.report):
                raise not_found("photo")
            shown = next((shown for shown in visible_photos(item, caller) if shown.id == wanted), None)
            if shown is None or shown.state is not PhotoState.STORED:
                raise not_found("photo")
            return await photo_response(call.request, wanted, session.photos.stored_copy)

    async def stats(self, call: Call[None]) -> JsonResponse:
        """Return the community's numbers, and the model in use."""
        caller = call.caller
        live = await self.store.embedding_models.live()
        async with self.store.session(caller.token.community) as session:
            numbers = await session.items.numbers(for_moderators=caller.is_moderator)
        model, dimensions = (live.version, dict(live.spaces)) if live else (None, {})
        scopes = sorted(caller.token.scopes)
        return JsonResponse(schemas.Stats(model=model, dimensions=dimensions, **asdict(numbers), scopes=scopes))

    # Jobs

    async def start_job(self, call: Call[schemas.NewItems]) -> JsonResponse:
        """Accept many items for the workers to process."""
        caller, key = call.caller, _own_key(call)
        community, workspace = caller.token.community, caller.token.workspace_id
        async with self.store.session(community) as session:
            job_id = await session.api_jobs.by_key(workspace, key)
        if job_id is None:
            reports, refused = await self._report_all(call, key)
            async with self.store.session(community) as session:
                job_id = await session.api_jobs.add(workspace, key, reports, refused)
                job_id = job_id or await session.api_jobs.by_key(workspace, key)
        async with self.store.session(community) as session:
            job = await session.api_jobs.get(job_id) if job_id else None
        if job is None:
            raise not_found("job")
        return JsonResponse(_job(job), HTTPStatus.ACCEPTED, {"Location": f"/v1/jobs/{job.id}"})

    async def job(self, call: Call[None]) -> JsonResponse:
        """Return a job to the token that started it, and to moderators: it names sealed and private items too."""
        async with self.store.session(call.caller.token.community) as session:
            job = await session.api_jobs.get(call.id("job"))
        if job is None or not (call.caller.is_moderator or job.key.startswith(_keys_of(call.caller))):
            raise not_found("job")
        return JsonResponse(_job(job))

    async def _report_all(self, call: Call[schemas.NewItems], key: str) -> tuple[list[UUID | None], list[Refusal]]:
        reports: list[UUID | None] = []
        refused: list[Refusal] = []
        for position, item in enumerate(call.body.items):
            try:
                receipt = await self._report(call.caller, item, f"job:{key}:{position}")
                reports.append(receipt.report.id)
            except (TellUserError, ProblemError) as error:
                detail = explained(error) if isinstance(error, TellUserError) else error.detail
                reports.append(None)
                refused.append(Refusal(position, detail))
        return reports, refused

    async def _report(self, caller: Caller, item: schemas.NewItem, key: str) -> Receipt:
        """Report an item, once per idempotency key."""
        command = REPORTS[item.kind](
            source_key=key,
            target=ReplyTarget("api", caller.token.workspace, item.kind, key),
            author=Member(caller.author, caller.token.name),
            text=item.text,
            place=item.place,
            happened_at=item.happened_at,
            posted_at=datetime.now(UTC),
            photos=tuple(
                incoming_photo(photo, number, self.photo_hosts) for number, photo in enumerate(item.photos, start=1)
            ),
            sealed=item.sealed,
            private=item.private,
            category=item.category if item.sealed else "other",
        )
        return await self.handlers.report(command)


def _own_key(call: Call[Any]) -> str:
    """Return the request's idempotency key, made unique to the token."""
    return f"{_keys_of(call.caller)}{call.key or uuid4()}"


def _keys_of(caller: Caller) -> str:
    """Return how the caller's keys begin."""
    return f"{caller.token.id}:"


async def _visible(session: CommunitySession, call: Call[Any]) -> Item:
    """Return the item in the path. Raises ProblemError if the caller may not see it."""
    wanted = call.id("item")
    item = (await session.items.of([wanted])).get(wanted)
    if item is None or not call.caller.may_see(item.report):
        raise not_found("item")
    return item


def _may_show(caller: Caller, match: Match, item: Item, other: Item) -> bool:
    if caller.is_moderator:
        return True
    return rules.may_show(item.report, other.report, match) and caller.may_see(other.report)


def _job(job: Job) -> schemas.Job:
    return schemas.Job(
        id=job.id,
        created_at=job.created_at,
        state="running" if job.waiting else "done",
        total=len(job.reports),
        done=len(job.reports) - job.waiting - job.failed - len(job.refused),
        failed=job.failed,
        waiting=job.waiting,
        items=list(job.reports),
        refused=[schemas.Refused(position=refusal.position, detail=refusal.detail) for refusal in job.refused],
    )
