"""Fetch posted photos over HTTP, from the platforms' own file hosts only."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Self

import structlog
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from reunite import rules
from reunite.errors import DefectError, PhotoGoneError, TellUserError, TryAgainError
from reunite.retry_after import seconds_to_wait

_MAX_REDIRECTS: Final = 3
_GONE: Final = {403, 404, 410}
_REDIRECTED: Final = {301, 302, 303, 307, 308}
_COME_BACK: Final = {408, 425, 429}
_CONNECT_SECONDS: Final = 10
_CHUNK_BYTES: Final = 64 * 1024
_log = structlog.get_logger(__name__)


Room = Callable[[int], Awaitable[None]]


async def no_wait(_size: int) -> None:
    """There is room for whatever comes."""


class PhotoFetcher:
    """Downloads photos by https from `allowed_hosts`, and by http from `allow_http_hosts` (`host:port`).

    An asynchronous context manager. `total_seconds` bounds how long an answer may take to begin, and how long to end.
    """

    def __init__(
        self,
        allowed_hosts: frozenset[str],
        *,
        allow_http_hosts: frozenset[str] = frozenset(),
        total_seconds: float = 60,
    ) -> None:
        self._allowed_hosts = allowed_hosts
        self._allow_http_hosts = allow_http_hosts
        self._total_seconds = total_seconds
        self._timeout = ClientTimeout(total=None, connect=min(_CONNECT_SECONDS, total_seconds))
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Bytes as they lie on the host: a compressed answer could grow past every cap.
        self._session = ClientSession(
            timeout=self._timeout, headers={"Accept-Encoding": "identity"}, auto_decompress=False
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, *, authorization: str | None = None, room: Room = no_wait) -> bytes:
        """Bytes of the photo at `url`; `authorization` is sent to the host of `url` and to no other.

        `room` gets the number of bytes that the host declares, before any of them is read.

        Raises PhotoGoneError, TellUserError (photo_too_large, photo_is_web_page, photo_not_permitted), TryAgainError
        for trouble that may pass, and DefectError if the address is none of a platform's or our credentials are
        refused.
        """
        if self._session is None:
            raise DefectError("A PhotoFetcher is used inside `async with`.")
        try:
            first = target = URL(url)
            for _ in range(_MAX_REDIRECTS + 1):
                self._check(target)
                own = authorization is not None and target.origin() == first.origin()
                headers = {"Authorization": authorization} if own and authorization else {}
                async with asyncio.timeout(self._total_seconds):
                    response = await self._session.get(target, headers=headers, allow_redirects=False)
                async with response:
                    if authorization is not None and self._is_sign_in(response):
                        _log.error("photo_sign_in", host=first.host, remedy="The token lacks files:read; run `doctor`.")
                        raise TellUserError("photo_not_permitted")
                    if response.status not in _REDIRECTED:
                        await room(_declared(response))
                        async with asyncio.timeout(self._total_seconds):
                            return await _body(response)
                    target = target.join(URL(response.headers.get("Location", "")))
        except (ClientError, TimeoutError) as error:
            raise TryAgainError(f"{first.host}: {type(error).__name__}") from error
        except ValueError as error:
            raise DefectError("The address of a photo is malformed.") from error
        raise DefectError(f"{first.host} redirects more than {_MAX_REDIRECTS} times.")

    def _is_sign_in(self, response: ClientResponse) -> bool:
        """Return whether a host redirects to its sign-in page, as Slack does if a token may not read files."""
        if response.status in _REDIRECTED:
            return not self._is_allowed(response.url.join(URL(response.headers.get("Location", ""))))
        return response.status == 200 and response.content_type == "text/html"  # noqa: PLR2004

    def _check(self, url: URL) -> None:
        if not self._is_allowed(url):
            raise DefectError(f"{url.scheme}://{url.host}:{url.port} isn't a platform's file host.")

    def _is_allowed(self, url: URL) -> bool:
        return rules.may_be_fetched(url, self._allowed_hosts, self._allow_http_hosts)


def _declared(response: ClientResponse) -> int:
    """Return how many bytes a response's photo may have. Raises an error for any other response."""
    host, status = response.url.host, response.status
    if status in _GONE:
        raise PhotoGoneError
    if status in _COME_BACK or status >= 500:  # noqa: PLR2004 - 5xx: the server's own trouble
        raise TryAgainError(f"{host} answers {status}.", seconds_to_wait(response.headers.get("Retry-After")))
    if status != 200:  # noqa: PLR2004
        raise DefectError(f"{host} answers {status}.")
    if response.content_type == "text/html":
        raise TellUserError("photo_is_web_page")
    declared = response.content_length
    if (declared or 0) > rules.MOST_PHOTO_BYTES:
        raise _too_large()
    return rules.MOST_PHOTO_BYTES if declared is None else declared


async def _body(response: ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > rules.MOST_PHOTO_BYTES:
            raise _too_large()
    return bytes(body)


def _too_large() -> TellUserError:
    return TellUserError("photo_too_large", megabytes=rules.MOST_PHOTO_BYTES // 2**20)
