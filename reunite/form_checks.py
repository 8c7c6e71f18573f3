"""Whether a member may do what a form is for, before they fill it in; the press checks again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from reunite import rules
from reunite.claims import check_claimant
from reunite.commands import Press
from reunite.entities import PlatformName, ReportKind, ReportState
from reunite.errors import TellUserError
from reunite.locking import checked
from reunite.messages.reply import Action
from reunite.ports import Session, Store

_KINDS: Final = frozenset(ReportKind)
_FOUND: Final = frozenset((ReportKind.FOUND,))
_CLAIMS: Final[Mapping[Action, str]] = {"mine": "nothing_here", "look_mine": "look_over"}
"""The forms that take a claim, and the error where there's nothing to claim."""
_CHECKED: Final[Mapping[Action, tuple[frozenset[ReportKind], frozenset[ReportState]]]] = {
    "whereabouts": (_FOUND, rules.IN_PROGRESS),
    "proof_question": (_FOUND, frozenset((ReportState.OPEN,))),
    "add_photo": (_KINDS, rules.IN_PROGRESS),
    "add_detail": (_KINDS, rules.IN_PROGRESS),
    "withdraw": (_KINDS, rules.IN_PROGRESS),  # its form is a question
}
"""The forms about one report, and its kinds and states in which they can be used."""


class FormChecks:
    """Refuses a form to members whose input would be refused anyway."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def check(self, press: Press) -> None:
        """Raise TellUserError if the member may not do what the form is for, or no longer."""
        if press.action not in _CLAIMS and press.action not in _CHECKED:
            return
        async with self._store.entered(press.target.platform, press.target.workspace) as (_, _, session):
            if press.action in _CLAIMS:
                await _check_claim(session, press)
            else:
                await _check_report(session, press)

    async def check_linked(self, platform: PlatformName, workspace: str) -> None:
        """Raise TellUserError if a workspace has no other side that it could be unlinked from."""
        known = await self._store.workspace(platform, workspace)
        if known is None or not await self._store.is_linked(known):
            raise TellUserError("not_linked")


async def _check_claim(session: Session, press: Press) -> None:
    match = await session.matches.get(press.subject)
    lost = await session.reports.get(match.lost) if match else None
    found = await session.reports.get(match.found) if match else None
    if match is None or lost is None or found is None:
        raise TellUserError(_CLAIMS[press.action])
    if lost.state is ReportState.LOOK:  # the claim will file it
        lost = replace(lost, state=ReportState.OPEN)
    await check_claimant(session, press, match, lost, found)


async def _check_report(session: Session, press: Press) -> None:
    kinds, states = _CHECKED[press.action]
    checked(press, await session.reports.get(press.subject), states, *kinds)
