"""Authentication and authorisation of API requests."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import web

from api.problems import ProblemError
from api.rate_limit import RateLimiter
from db.api_tokens import ApiTokens, Scope, TokenInUse
from reunite.entities import Report

_CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}
_SCHEME: Final = "bearer"


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with a valid token."""

    token: TokenInUse

    @property
    def is_moderator(self) -> bool:
        return "moderate" in self.token.scopes

    @property
    def author(self) -> str:
        """The id under which the caller reports."""
        return f"token:{self.token.id}"

    def may_see(self, report: Report) -> bool:
        """Return whether the caller may see a report: public ones, its own, and for moderators all."""
        return not (report.sealed or report.private) or self.is_moderator or self.owns(report)

    def owns(self, report: Report) -> bool:
        return (report.target.platform, report.author.id) == ("api", self.author)


class Access:
    """Checks tokens, and limits requests."""

    def __init__(self, tokens: ApiTokens, requests_per_minute: int) -> None:
        self._tokens = tokens
        self._rates = RateLimiter(requests_per_minute)
        self._failures = RateLimiter(requests_per_minute)
        """Requests without a valid token, by address."""

    async def caller(self, request: web.Request, scope: Scope) -> Caller:
        """Return who makes a request. Raises ProblemError without a valid token or the scope, or above the limit."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        is_token = scheme.lower() == _SCHEME and secret.isascii()
        token = await self._tokens.find(secret.strip()) if is_token else None
        if token is None:
            _refuse_if_limited(self._failures.take(request.remote))
            detail = "Send a valid token in the header `Authorization: Bearer …`; `reunite token create` makes one."
            raise ProblemError(HTTPStatus.UNAUTHORIZED, detail, _CHALLENGE)
        _refuse_if_limited(self._rates.take(token.id))
        if scope not in token.scopes:
            raise ProblemError(HTTPStatus.FORBIDDEN, f"This needs a token with the scope `{scope}`, which yours lacks.")
        return Caller(token)


def _refuse_if_limited(seconds: int) -> None:
    if seconds:
        detail = f"Too many requests. Try again in {seconds} s."
        raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": str(seconds)})
