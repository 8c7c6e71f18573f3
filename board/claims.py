"""Claims with the claimants' answers, and the forms to accept or reject them."""

from typing import Final

from aiohttp import web

from board.parts import Section
from board.visits import Visit, see_other
from reunite.entities import ClaimState
from reunite.messages import notices
from reunite.messages.reply import Action

_DECISIONS: Final[dict[str, Action]] = {"accept": "accept_claim", "reject": "reject_claim"}


class Claims(Section):
    """Shows claims, and takes decisions."""

    async def list(self, visit: Visit) -> web.Response:
        """Show claims, open ones first."""
        async with self._board.store.session(visit.community) as session:
            claims = await session.board.claims()
            items = await session.items.of({match.found for _, match in claims})
        listed = [(claim, match, items[match.found]) for claim, match in claims if match.found in items]
        return self._pages.show(visit, "claims.html", claims=listed)

    async def show(self, visit: Visit) -> web.Response:
        """Show a claimant's answer to someone who may decide on it. Raises TellUserError."""
        async with self._board.store.session(visit.community) as session:
            claim = await session.claims.get(visit.id)
            match = await session.matches.get(claim.match) if claim else None
            items = await session.items.of([match.lost, match.found]) if match else {}
        if claim is None or match is None or not match.reports <= items.keys():
            raise web.HTTPNotFound
        seen = await self._board.press(visit, "see_claim", claim.id)  # as in chat, which also notes that it was seen
        decided = notices.note("claim_decided", visit.language).lines  # the page says by whom, and how
        return self._pages.show(
            visit,
            "claim.html",
            claim=claim,
            match=match,
            lost=items[match.lost],
            found=items[match.found],
            lines=[line for line in seen.lines if line not in decided],
            next=await self._board.next_waiting(visit, match.id) if claim.state is not ClaimState.OPEN else "",
        )

    async def decide(self, visit: Visit) -> web.Response:
        """Accept or reject a claim. Raises TellUserError."""
        action = _DECISIONS.get(visit.fields.get("decision", ""))
        if action is None:
            raise web.HTTPBadRequest
        await self._board.press(visit, action, visit.id)
        return see_other(f"/claims/{visit.id}")
