"""Who may do what: one table, used by the code and checked row by row in the tests.

Buttons, forms, commands and reactions all end in one of these acts. Everyone may report, and see their own reports and
data: that needs no row. A bot has no role, so it may do nothing. Another community's reports, matches and claims aren't
there at all (docs/decisions/0005-row-level-security.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from reunite.commands import Press
from reunite.entities import Account, Report, ReportKind
from reunite.errors import OnlyModeratorsError, TellUserError
from reunite.messages.reply import Action


class Role(StrEnum):
    """What a member is in the matter at hand. A moderator of a linked workspace is one too."""

    MEMBER = "member"
    OWNER = "owner"
    """The author of the lost report, who is also the claimant."""
    FINDER = "finder"
    GIVER = "giver"
    """Who gave the verdict that is being withdrawn."""
    MODERATOR = "moderator"


Act = (
    Action
    | Literal[
        "extend_find",
        "report_post_of",
        "answer",
        "edit_post",
        "delete_post",
        "give_verdict",
        "withdraw_verdict",
        "set_up",
        "post_samples",
        "statistics",
        "link",
        "open_board",
    ]
)
"""A button's action, or what is done by a command, a form, a reaction or on the page."""


@dataclass(frozen=True, slots=True)
class Right:
    """Who may do something: people with one of `roles`; `refusal` is the sentence for everyone else.

    Who has all the roles of a row in `never` is refused by its sentence, the first that fits, unless they moderate: a
    community may have only one moderator.
    """

    roles: frozenset[Role]
    refusal: str = ""
    never: tuple[tuple[frozenset[Role], str], ...] = ()

    def refuses(self, roles: frozenset[Role]) -> str | None:
        """Return the sentence for someone who may not do it; None if they may."""
        own = () if Role.MODERATOR in roles else self.never
        return next((words for those, words in own if those <= roles), None if roles & self.roles else self.refusal)


_EVERYONE: Final = Right(frozenset({Role.MEMBER}))
_OWNER: Final = Right(frozenset({Role.OWNER}), "only_owner")
_FINDER: Final = Right(frozenset({Role.FINDER}), "only_finder")
_AUTHOR: Final = Right(frozenset({Role.OWNER, Role.FINDER}), "only_own")
_POST: Final = Right(frozenset({Role.OWNER, Role.FINDER, Role.MODERATOR}), "only_own_post")
_MODERATOR: Final = Right(frozenset({Role.MODERATOR}), "only_moderators_here")
_VERDICT: Final = Right(frozenset({Role.MODERATOR}), "only_moderators")
_BOTH_SIDES: Final = frozenset({Role.OWNER, Role.FINDER})
_CLAIM: Final = Right(
    frozenset({Role.FINDER, Role.MODERATOR}),
    "only_finder",
    never=((_BOTH_SIDES, "own_find"), (frozenset({Role.OWNER}), "own_claim")),
)

TABLE: Final[Mapping[Act, Right]] = {
    # Members
    "forget": _EVERYONE,
    "reminders_off": _EVERYONE,
    "reminders_on": _EVERYONE,
    # Authors
    "answer": Right(frozenset({Role.OWNER}), "only_author"),
    "report_post_of": Right(frozenset({Role.OWNER, Role.MODERATOR}), "only_own_post"),
    "look_for_it": Right(frozenset({Role.OWNER, Role.MODERATOR}), "only_own_post"),  # asked as "report_post_of"
    "look_for_owner": Right(frozenset({Role.OWNER, Role.MODERATOR}), "only_own_post"),  # this too
    "i_lost_it": _POST,
    "i_found_it": _POST,
    "edit_post": _AUTHOR,
    "delete_post": _POST,
    "withdraw": _AUTHOR,
    "extend": _AUTHOR,
    "extend_find": Right(frozenset({Role.FINDER, Role.MODERATOR}), "only_own"),  # the item may be on their shelf
    "add_photo": _AUTHOR,
    "add_detail": _AUTHOR,
    # Looks
    "look_mine": _AUTHOR,
    "look_page": _AUTHOR,
    "look_report": _AUTHOR,
    # Matches and claims
    "mine": _OWNER,
    "not_mine": _OWNER,
    "pick": _OWNER,
    "none_of_these": _OWNER,
    "none_fits": _OWNER,
    "see_claim": _CLAIM,
    "accept_claim": _CLAIM,
    "reject_claim": _CLAIM,
    "proof_question": _FINDER,
    "whereabouts": Right(frozenset({Role.FINDER, Role.MODERATOR}), "only_finder"),
    "handed_over": _FINDER,
    "got_back": _OWNER,
    "where_is_it": Right(frozenset({Role.OWNER, Role.FINDER, Role.MODERATOR}), "only_owner"),
    # Moderators
    "confirm": _VERDICT,
    "reject": _VERDICT,
    "give_verdict": _VERDICT,
    "withdraw_verdict": Right(frozenset({Role.MODERATOR, Role.GIVER}), "only_moderators"),
    "release": Right(frozenset({Role.MODERATOR}), "only_moderators_release"),
    "set_up": _MODERATOR,
    "post_samples": _MODERATOR,
    "remove_samples": _MODERATOR,
    "statistics": _MODERATOR,  # except on Discord, where /stats is for everyone
    "link": _MODERATOR,
    "open_board": _MODERATOR,
}


def roles_of(account: Account, *reports: Report, is_moderator: bool = False, gave: bool = False) -> frozenset[Role]:
    """Return someone's roles towards some reports; `gave` says that the verdict is theirs."""
    by_kind = {"lost": Role.OWNER, "found": Role.FINDER}
    roles = {Role.MEMBER, *(by_kind[report.kind] for report in reports if report.is_by(account))}
    return frozenset(roles | ({Role.MODERATOR} if is_moderator else set()) | ({Role.GIVER} if gave else set()))


def check(act: Act, roles: frozenset[Role]) -> None:
    """Raise TellUserError if someone with these roles may not do something: OnlyModeratorsError if a moderator may."""
    right = TABLE[act]
    refusal = right.refuses(roles)
    if refusal is not None:
        is_for_moderators = right.refuses(roles | {Role.MODERATOR}) is None
        raise (OnlyModeratorsError if is_for_moderators else TellUserError)(refusal)


def check_press(press: Press, *reports: Report) -> None:
    """Raise TellUserError if the member who presses a button may not do that with some reports."""
    roles = roles_of(press.target.account(press.member), *reports, is_moderator=press.is_moderator)
    is_of_find = press.action == "extend" and all(report.kind is ReportKind.FOUND for report in reports)
    check("extend_find" if is_of_find else press.action, roles)


def check_member(act: Act, *, is_moderator: bool, is_author: bool = False) -> None:
    """Raise TellUserError if a member may not do what concerns the workspace, or a post that isn't a report yet."""
    roles = {Role.MEMBER: True, Role.OWNER: is_author, Role.MODERATOR: is_moderator}
    check(act, frozenset(role for role, has in roles.items() if has))
