"""Fetches posted photos over HTTP, from the platforms' file hosts only."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, Self

import structlog
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from reunite import rules
from reunite.certificates import certificate_problem
from reunite.errors import (
    DefectError,
    PhotoGoneByPageError,
    PhotoGoneError,
    PhotoNotPermittedByPageError,
    TellUserError,
    TryAgainError,
)
from reunite.retry_after import seconds_to_wait

_MAX_REDIRECTS: Final = 3
_GONE: Final = {403, 404, 410}
_REDIRECTED: Final = {301, 302, 303, 307, 308}
_TOKEN_REFUSED: Final = 401
_RETRIABLE: Final = {_TOKEN_REFUSED, 407, 408, 425, 429}
"""401 is a wrong token, 407 a proxy that wants a password: the operator can change that."""
_CONNECT_SECONDS: Final = 10
_CHUNK_BYTES: Final = 64 * 1024
_log = structlog.get_logger(__name__)

Reserve = Callable[[int], Awaitable[None]]
"""Waits until this many bytes of memory are free."""


async def no_wait(_size: int) -> None:
    """Reserve nothing."""


class PhotoFetcher:
    """Downloads photos by https from `allowed_hosts`, and by http from `allow_http_hosts` (`host:port`).

    An asynchronous context manager. A response may take `total_seconds` to begin, and as long again to end.
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
        # Uncompressed: a compressed response could grow past every limit.
        self._session = ClientSession(
            timeout=self._timeout, headers={"Accept-Encoding": "identity"}, auto_decompress=False
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, *, authorization: str | None = None, reserve: Reserve = no_wait) -> bytes:
        """Return the bytes of the photo at `url`; `authorization` is sent to the host of `url` only.

        `reserve` is called with the declared number of bytes, before any of them is read.

        Raises PhotoGoneError, TellUserError (photo_too_large, photo_is_web_page, photo_not_permitted), TryAgainError
        for temporary errors, a refused token among them, and DefectError if the address isn't a platform's.
        """
        if self._session is None:
            raise DefectError("Use a PhotoFetcher inside `async with`.")
        try:
            first = target = URL(url)
            for _ in range(_MAX_REDIRECTS + 1):
                self._check(target)
                is_first_host = target.origin() == first.origin()
                headers = {"Authorization": authorization} if authorization and is_first_host else {}
                async with asyncio.timeout(self._total_seconds):
                    response = await self._session.get(target, headers=headers, allow_redirects=False)
                async with response:
                    if authorization is not None:
                        self._check_token(response)
                    if response.status not in _REDIRECTED:
                        await reserve(_declared(response))
                        async with asyncio.timeout(self._total_seconds):
                            return await _body(response)
                    target = target.join(URL(response.headers.get("Location", "")))
        except (ClientError, TimeoutError) as error:
            problem = certificate_problem(error) or f"{first.host}: {type(error).__name__}"
            raise TryAgainError(problem) from error
        except ValueError as error:
            raise DefectError("The address of a photo is malformed.") from error
        raise DefectError(f"{first.host} redirects more than {_MAX_REDIRECTS} times.")

    def _check_token(self, response: ClientResponse) -> None:
        host = response.url.host
        if response.status == _TOKEN_REFUSED:
            _log.error("photo_token_refused", host=host, remedy="Set the right token; `reunite doctor` checks it.")
        if response.status in _REDIRECTED and self._leads_elsewhere(response):
            _log.error("photo_sign_in", host=host, remedy="The token lacks files:read; run `doctor`.")
            raise TellUserError("photo_not_permitted")
        if response.status == HTTPStatus.OK and response.content_type == "text/html":
            remedy = "The token lacks files:read, or a proxy answers; run `doctor`."
            _log.error("photo_sign_in", host=host, remedy=remedy)
            raise PhotoNotPermittedByPageError

    def _leads_elsewhere(self, response: ClientResponse) -> bool:
        """Return whether a host redirects to its page for signing in, as Slack does if a token may not read files."""
        return not self._is_allowed(response.url.join(URL(response.headers.get("Location", ""))))

    def _check(self, url: URL) -> None:
        if not self._is_allowed(url):
            raise DefectError(f"{url.scheme}://{url.host}:{url.port} isn't a platform's file host.")

    def _is_allowed(self, url: URL) -> bool:
        return rules.may_be_fetched(url, self._allowed_hosts, self._allow_http_hosts)


def _declared(response: ClientResponse) -> int:
    """Return the most bytes that a response's photo may have. Raises an error if the response is no photo."""
    host, status = response.url.host, response.status
    is_page = response.content_type == "text/html"
    if status in _GONE:
        raise PhotoGoneByPageError if is_page else PhotoGoneError
    is_proxys = is_page and status != HTTPStatus.OK
    if is_proxys or status in _RETRIABLE or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TryAgainError(f"{host} answers {status}.", seconds_to_wait(response.headers.get("Retry-After")))
    if status != HTTPStatus.OK:
        raise DefectError(f"{host} answers {status}.")
    if is_page:
        raise TellUserError("photo_is_web_page")
    declared = response.content_length
    if (declared or 0) > rules.MAX_PHOTO_BYTES:
        raise _too_large()
    return rules.MAX_PHOTO_BYTES if declared is None else declared


async def _body(response: ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > rules.MAX_PHOTO_BYTES:
            raise _too_large()
    return bytes(body)


def _too_large() -> TellUserError:
    return TellUserError("photo_too_large", megabytes=rules.MAX_PHOTO_BYTES // 2**20)
