"""Maps Slack's errors to our temporary and permanent ones."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from reunite.certificates import certificate_problem
from reunite.errors import MissingScopeError, TokenRefusedError, TryAgainError, UndeliverableError
from reunite.retry_after import seconds_to_wait

TEMPORARY: Final = {
    "accesslimited",  # until the network of the bot is allowed
    "ekm_access_denied",  # administrators have suspended posting
    "external_channel_migrating",  # until the channel is shared with another organisation
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "messages_tab_disabled",  # until the app may write to people again: its manifest turns the tab on
    "org_login_required",  # until the workspace's migration is complete
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_access_not_granted",
    "team_added_to_org",
    "update_failed",
}
TOKEN_REFUSED: Final = {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}
"""Temporary too: once the operator has set another token, the replies can be sent."""
APP_REMOVED: Final = {"account_inactive", "token_revoked"}
"""The app or its workspace is gone. Not invalid_auth, which a bot with an unexpected address gets too."""
WRONG_TOKEN: Final = TOKEN_REFUSED | {"not_allowed_token_type"}
MISSING_SCOPE: Final = "missing_scope"
"""Temporary as well, once the app is installed again; but what doesn't need the scope shouldn't wait for that."""
_APP_SCOPE: Final = "connections:write"
"""The only scope of the app's own token."""
UNANSWERED: Final = (aiohttp.ClientError, TimeoutError, OSError, SlackRequestError)
"""What the client raises if no answer of Slack arrives."""
FAILURES: Final = (SlackApiError, *UNANSWERED)
"""Everything that a call may raise that isn't our own defect."""
OK: Final = 200
CLOSED: Final = {
    "access_denied",
    "cannot_reply_to_message",
    "channel_is_limited_access",
    "channel_not_found",  # a private channel that the bot isn't in any more
    "is_archived",
    "is_inactive",  # an edit in an archived channel
    "no_permission",
    "not_in_channel",
    "restricted_action",
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_locked",
}
_PARTLY_DONE: Final = {"fatal_error", "internal_error"}
"""A part of the operation may have succeeded: docs.slack.dev/reference/methods/chat.postMessage, errors."""
_SERVER_ERROR: Final = 500
_NOT_OFFERED: Final = {403, 404, 405, 501}
_TOO_MANY: Final = 429
_TOO_FAST: Final = {"rate_limited", "ratelimited"}


class HiddenPostError(UndeliverableError):
    """Slack's free plan hides the post to reply to, and refuses replies in its thread."""


def part_of(answer: Mapping[str, Any] | AsyncSlackResponse, name: str) -> Any:
    """Return a part that Slack's answer always has. Raises TryAgainError without it: then it says nothing at all."""
    if (part := answer.get(name)) is None:
        raise TryAgainError(f"Slack's answer lacks “{name}”; a proxy may be answering")
    return part


@contextmanager
def slack_errors() -> Iterator[None]:
    """Turn Slack's errors into TryAgainError, MissingScopeError among them, or UndeliverableError."""
    try:
        with slack_answers():
            yield
    except UNANSWERED as error:
        raise TryAgainError(trouble_of(error)) from error
    except SlackApiError as error:
        raise TryAgainError(trouble_of(error), _retry_after(error)) from error


@contextmanager
def slack_answers() -> Iterator[None]:
    """Turn errors after which Slack has done nothing into ours. Others pass: it may have done what we asked."""
    try:
        yield
    except aiohttp.ClientConnectorError as error:
        raise TryAgainError(trouble_of(error)) from error
    except SlackApiError as error:
        code, status, after = code_of(error), status_of(error), _retry_after(error)
        if may_be_done(error):
            raise
        if code in WRONG_TOKEN:
            tokens = "REUNITE_SLACK_BOT_TOKEN (xoxb-…) and REUNITE_SLACK_APP_TOKEN (xapp-…)"
            raise TokenRefusedError(f"Slack refuses our token ({code}): check {tokens}.") from error
        if code == MISSING_SCOPE:
            raise MissingScopeError(_lacking(error), after) from error
        if not is_refusal(error):
            raise TryAgainError(trouble_of(error), after) from error
        raise UndeliverableError(f"Slack answers {code or status}") from error


def trouble_of(error: Exception) -> str:
    """Return what is wrong, for the log: of an address only the host, because the rest may be secret."""
    if isinstance(error, SlackApiError):
        from_proxy = " with a page that isn't Slack's, perhaps a proxy's" if is_foreign(error) else ""
        return f"Slack answers {code_of(error) or status_of(error)}{from_proxy}"
    if isinstance(error, aiohttp.ClientResponseError):
        return f"Slack answers {error.status}"
    # The other errors' words may have more of the address.
    words = str(error) if isinstance(error, aiohttp.ClientConnectorError) else type(error).__name__
    return f"Slack can't be reached ({certificate_problem(error) or words})"


def is_foreign(error: SlackApiError) -> bool:
    """Return whether an answer can't be Slack's own: that has a code, except in an outage."""
    return not code_of(error) and not is_server_error(status_of(error)) and status_of(error) != _TOO_MANY


def may_be_done(error: SlackApiError) -> bool:
    """Return whether Slack may have done what we asked, or a part of it, though it answers with an error."""
    code, status = code_of(error), status_of(error)
    return code in _PARTLY_DONE or is_server_error(status) or (status == OK and not code)


def is_server_error(status: int) -> bool:
    """Return whether an answer of this status leaves open whether Slack has done what we asked."""
    return status >= _SERVER_ERROR


def is_refusal(error: SlackApiError) -> bool:
    """Return whether Slack refuses a request permanently: the same request would be refused again.

    Slack's own refusals have a code. An answer without one is another's, such as a proxy's or a page about an outage.
    """
    code, status = code_of(error), status_of(error)
    return bool(code) and code not in TEMPORARY | TOKEN_REFUSED and status != _TOO_MANY and status < _SERVER_ERROR


def is_no_answer(error: SlackApiError) -> bool:
    """Return whether asking again would bring no answer: it's refused, or there is no such method here.

    The latter is said without Slack's code, and in an outage it may be wrong: only what isn't essential relies on it.
    """
    return is_refusal(error) or (not code_of(error) and status_of(error) in _NOT_OFFERED)


def is_missing_scope(error: Exception) -> bool:
    """Return whether the app lacks a scope, until someone installs it again."""
    return isinstance(error, MissingScopeError) or (
        isinstance(error, SlackApiError) and code_of(error) == MISSING_SCOPE
    )


def code_of(error: SlackApiError) -> str:
    """Return Slack's name of an error, empty if its answer has none."""
    return _part(error, "error")


def _part(error: SlackApiError, name: str) -> str:
    data = getattr(error.response, "data", None)
    return str(data.get(name, "")) if isinstance(data, dict) else ""


def status_of(error: SlackApiError) -> int:
    """Return the HTTP status. Where JSON can't be read, slack_sdk gives aiohttp's answer instead of its own."""
    return int(getattr(error.response, "status_code", None) or error.response.status)


def _lacking(error: SlackApiError) -> str:
    """Return a sentence about the scope that a token lacks, with the remedy."""
    needed = _part(error, "needed")
    if needed == _APP_SCOPE:
        return f"REUNITE_SLACK_APP_TOKEN (xapp-…) lacks the scope {needed}: generate another one with it."
    scope = f"the scope {needed}" if needed else "a scope"
    return f"Slack says that our token lacks {scope}: update the app's manifest (slack/manifest.yaml) and reinstall it."


def is_closed(error: Exception) -> bool:
    """Return whether one of our errors says that the bot can't reply to a post, which may still be there."""
    return isinstance(error, HiddenPostError) or cause_of(error) in CLOSED


def is_of_one(error: Exception) -> bool:
    """Return whether one of our errors may be about one channel or message only, so that the others have their turn."""
    cause = error.__cause__
    if not isinstance(cause, SlackApiError):
        return False
    return status_of(cause) != _TOO_MANY and code_of(cause) not in WRONG_TOKEN | _TOO_FAST


def cause_of(error: Exception) -> str:
    """Return Slack's name of the error behind one of ours, empty if there is none."""
    return code_of(error.__cause__) if isinstance(error.__cause__, SlackApiError) else ""


def seconds_put_off(error: SlackApiError) -> float | None:
    """Return for how many seconds a rate limit puts a call off; None for any other error, or if Slack doesn't say."""
    return _retry_after(error) if status_of(error) == _TOO_MANY else None


def _retry_after(error: SlackApiError) -> float | None:
    return seconds_to_wait(error.response.headers.get("Retry-After"))
