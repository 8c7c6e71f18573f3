"""The claim check: whoever says that a find is theirs tells what only its owner can know, and the finder decides.

Nothing of it is public: the answer and the secret are shown to the finder or a moderator alone, who press a button.
"""

from typing import Final

from reunite import rules
from reunite.announce import tell_moderators
from reunite.commands import Press
from reunite.entities import Claim, ClaimState, Match, Report, ReportKind, ReportState, Workspace
from reunite.errors import TellUserError
from reunite.messages import notices
from reunite.messages.reply import Reply
from reunite.ports import Session, Store
from reunite.verdicts import both

MOST_WORDS: Final = 500


class Claims:
    """Takes claims, shows them to those who decide, and notes what they decide."""

    def __init__(self, store: Store) -> None:
        """Own nothing."""
        self._store = store

    async def claim(self, workspace: Workspace, press: Press) -> Reply:
        """Take what the owner says that only the owner can know. Raises TellUserError where nothing can be claimed."""
        async with self._store.session(workspace.community) as session:
            match, lost, found = await _match(session, press)
            _check_owner(press, lost)
            if not {lost.state, found.state} <= {ReportState.OPEN}:
                raise TellUserError("report_closed")
            words = press.words.strip()
            if not words:
                raise TellUserError("claim_empty")
            if len(words) > MOST_WORDS:
                raise TellUserError("text_too_long", length=len(words), number=MOST_WORDS)
            _check_attempts([each for each in await session.claims_on(found.id) if each.member.id == press.member.id])
            claim = await session.add_claim(match.id, press.member, words)
            await session.decline(match.id, declined=False)
            await session.post(found.id, f"{claim.id}:claim", notices.claimed(claim, lost, found, ping=True))
            await tell_moderators(session, found, match, lost, claimed=True)
            log = notices.claimed(claim, lost, found, ping=False)
            await session.post(found.id, f"{claim.id}:log", log, audience="moderators")
        return notices.note("claim_sent", press.language)

    async def decline(self, workspace: Workspace, press: Press) -> Reply:
        """Note that the owner says it is not theirs: the find is not brought up again."""
        async with self._store.session(workspace.community) as session:
            match, lost, _ = await _match(session, press)
            _check_owner(press, lost)
            await session.decline(match.id, declined=True)
        return notices.declined(match, press.language)

    async def see(self, workspace: Workspace, press: Press) -> Reply:
        """Show a claim to the finder or a moderator."""
        async with self._store.session(workspace.community) as session:
            claim, _, found, _ = await _claim(session, press)
            return notices.claim_seen(claim, await session.secret(found.id), press.language)

    async def decide(self, workspace: Workspace, press: Press, state: ClaimState) -> Reply:
        """Note what the finder, or a moderator, makes of a claim, and tell the owner. The first decision stands."""
        async with self._store.session(workspace.community) as session:
            claim, lost, found, match = await _claim(session, press)
            if claim.state is not ClaimState.OPEN:
                return notices.note("claim_decided", press.language)
            await session.set_claim_state(claim.id, state)
            mine = [each for each in await session.claims_on(found.id) if each.member.id == claim.member.id]
            left = rules.MOST_CLAIMS - len(mine)
            reply = notices.claim_decided(match, lost, found, accepted=state is ClaimState.ACCEPTED, left=left)
            await session.post(lost.id, f"{claim.id}:{state}", reply)
            closed = notices.claim_closed(claim, found, accepted=state is ClaimState.ACCEPTED)
            await session.revise(f"{claim.id}:claim", closed)
            await session.revise(f"{claim.id}:log", closed)
        return notices.note(f"claim_{state}", press.language)

    async def keep_secret(self, workspace: Workspace, press: Press) -> Reply:
        """Note what the finder says that only the owner can know."""
        async with self._store.session(workspace.community) as session:
            found = (await session.lock({press.subject})).get(press.subject)
            if found is None or found.kind is not ReportKind.FOUND or found.state is not ReportState.OPEN:
                raise TellUserError("nothing_here")
            if not _is_author(press, found):
                raise TellUserError("only_finder")
            await session.set_secret(found.id, press.words.strip()[:MOST_WORDS])
        return notices.note("secret_kept", press.language)


async def _match(session: Session, press: Press) -> tuple[Match, Report, Report]:
    match = await session.match(press.subject)
    if match is None:
        raise TellUserError("nothing_here")
    lost, found = await both(session, match)
    return match, lost, found


async def _claim(session: Session, press: Press) -> tuple[Claim, Report, Report, Match]:
    """Return a claim that the member may decide on: as the finder or a moderator, but never on one's own."""
    claim = await session.claim(press.subject)
    match = await session.match(claim.match) if claim else None
    if claim is None or match is None:
        raise TellUserError("nothing_here")
    lost, found = await both(session, match)
    if _is_author(press, lost) or not (press.is_moderator or _is_author(press, found)):
        raise TellUserError("only_finder")
    claim = await session.claim(claim.id)  # as it stands under the lock
    if claim is None or not claim.answer:
        raise TellUserError("nothing_here")
    return claim, lost, found, match


def _is_author(press: Press, report: Report) -> bool:
    return (report.target.platform, report.author.id) == (press.target.platform, press.member.id)


def _check_owner(press: Press, lost: Report) -> None:
    if not _is_author(press, lost):
        raise TellUserError("only_owner")


def _check_attempts(claims: list[Claim]) -> None:
    if any(each.state is ClaimState.ACCEPTED for each in claims):
        raise TellUserError("claim_accepted_before")
    if any(each.state is ClaimState.OPEN for each in claims):
        raise TellUserError("claim_waits")
    if len(claims) >= rules.MOST_CLAIMS:
        raise TellUserError("claim_too_many", number=rules.MOST_CLAIMS)
