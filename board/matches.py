"""Matches: those that wait for a verdict, and one with both sides and its evidence."""

from aiohttp import web

from board.parts import Section
from board.visits import Visit, see_other
from reunite import rules
from reunite.commands import GiveVerdict
from reunite.entities import MatchState, VerdictKind
from reunite.errors import TellUserError
from reunite.text.controls import storable


class Matches(Section):
    """Shows matches, and takes verdicts."""

    async def list(self, visit: Visit) -> web.Response:
        """Show the matches that wait for a verdict, the most probable first: all, or what `only` says."""
        only = storable(visit.request.query.get("only", ""))
        async with self._board.store.session(visit.community) as session:
            matches, waiting = await session.board.undecided(only)
            items = await session.items.of({side for match in matches for side in (match.lost, match.found)})
        pairs = [(match, items[match.lost], items[match.found]) for match in matches if match.reports <= items.keys()]
        return self._pages.show(visit, "matches.html", pairs=pairs, waiting=waiting, only=only)

    async def show(self, visit: Visit) -> web.Response:
        """Show a match: both reports side by side, why they may be the same, and the verdicts."""
        async with self._board.store.session(visit.community) as session:
            match = await session.matches.get(visit.id)
            items = await session.items.of([match.lost, match.found]) if match else {}
            if match is None or not match.reports <= items.keys():
                raise web.HTTPNotFound
            log = await session.board.log(match.id)
            verdicts = await session.verdicts.of(match.id)
            claims = [
                claim
                for claim in await session.claims.on(match.found)
                if claim.match == match.id
                and claim.has_proof
                and not rules.is_over(claim, match, items[match.lost].report, items[match.found].report)
            ]
        account = visit.target.account(visit.moderator.member)
        is_decided = match.state is not MatchState.UNDECIDED or match.released
        return self._pages.show(
            visit,
            "match.html",
            match=match,
            lost=items[match.lost],
            found=items[match.found],
            log=log,
            claims=claims,
            is_decided=is_decided,
            next=await self._board.next_waiting(visit, match.id) if is_decided else "",
            mine={verdict.kind for verdict in rules.in_force(verdicts) if verdict.account.may_be(account)},
        )

    async def give_verdict(self, visit: Visit) -> web.Response:
        """Record a verdict, or withdraw it. Raises TellUserError."""
        kind = visit.fields.get("kind", "")
        if kind not in set(VerdictKind):
            raise web.HTTPBadRequest
        command = GiveVerdict(
            target=visit.target,
            member=visit.moderator.member,
            kind=VerdictKind(kind),
            given=visit.fields.get("given") == "yes",
            is_moderator=True,
            match=visit.id,
        )
        if await self._board.handlers.give_verdict(command) is None:
            raise TellUserError("nothing_here")
        return see_other(f"/matches/{visit.id}")

    async def release(self, visit: Visit) -> web.Response:
        """Let the owner know about a sealed report. Raises TellUserError."""
        await self._board.press(visit, "release", visit.id)
        return see_other(f"/matches/{visit.id}")
