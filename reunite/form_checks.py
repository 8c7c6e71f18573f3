"""Whether a member may do what a form is for, before they fill it in; the press checks again."""

from collections.abc import Sequence
from typing import Final

from reunite import rights
from reunite.claims import check_attempts
from reunite.commands import Press
from reunite.entities import Report
from reunite.errors import TellUserError
from reunite.messages.reply import Action
from reunite.ports import Session, Store

_CHECKED: Final[frozenset[Action]] = frozenset(("mine", "whereabouts", "proof_question", "add_photo", "add_detail"))


class FormChecks:
    """Refuses forms to those who could only fill them in for nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def check(self, press: Press) -> None:
        """Raise TellUserError if the member may not do what the form is for, or no longer."""
        if press.action not in _CHECKED:
            return
        async with self._store.entered(press.target.platform, press.target.workspace) as (_, _, session):
            reports = await _reports(session, press)
            rights.check_press(press, *reports)
            if press.action == "mine":
                _, found = reports
                check_attempts(await session.claims.on(found.id), press.member)


async def _reports(session: Session, press: Press) -> Sequence[Report]:
    """Return the report that a form is about, or the lost and the found one of a match. Raises TellUserError."""
    match = await session.matches.get(press.subject) if press.action == "mine" else None
    numbers = (match.lost, match.found) if match else (press.subject,)
    reports = [report for number in numbers if (report := await session.reports.get(number))]
    if len(reports) < (2 if press.action == "mine" else 1):
        raise TellUserError("nothing_here")
    return reports
