"""Fetch posted photos over HTTP, from the platforms' own file hosts only."""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from yarl import URL

from reunite.errors import DefectError, PhotoGoneError, TellUserError, TryAgainError
from workers.photos import MAX_PHOTO_BYTES

_MAX_REDIRECTS: Final = 3
_GONE: Final = {403, 404, 410}
_REDIRECTED: Final = {301, 302, 303, 307, 308}
_COME_BACK: Final = {408, 425, 429}
_CONNECT_SECONDS: Final = 10
_CHUNK_BYTES: Final = 64 * 1024


class PhotoFetcher:
    """Downloads photos by https from `allowed_hosts`, and by http from `allow_http_hosts` (`host:port`).

    An asynchronous context manager. `total_seconds` bounds each request, from the connection to the last byte.
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
        self._timeout = ClientTimeout(total=total_seconds, connect=min(_CONNECT_SECONDS, total_seconds))
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        # Bytes as they lie on the host: a compressed answer could grow past every cap.
        self._session = ClientSession(timeout=self._timeout, headers={"Accept-Encoding": "identity"})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, *, authorization: str | None = None) -> bytes:
        """Bytes of the photo at `url`; `authorization` is sent to the host of `url` and to no other.

        Raises PhotoGoneError, TellUserError (photo_too_large, photo_is_web_page), TryAgainError for trouble that may
        pass, and DefectError where the address is none of a platform's or our credentials are refused.
        """
        if self._session is None:
            raise DefectError("A PhotoFetcher is used inside `async with`.")
        try:
            first = target = URL(url)
            for _ in range(_MAX_REDIRECTS + 1):
                self._check(target)
                own = authorization is not None and target.origin() == first.origin()
                headers = {"Authorization": authorization} if own and authorization else {}
                async with self._session.get(target, headers=headers, allow_redirects=False) as response:
                    if response.status not in _REDIRECTED:
                        return await _body(response)
                    target = target.join(URL(response.headers.get("Location", "")))
        except (ClientError, TimeoutError) as error:
            raise TryAgainError(f"{first.host}: {type(error).__name__}") from error
        except ValueError as error:
            raise DefectError("The address of a photo is malformed.") from error
        raise DefectError(f"{first.host} redirects more than {_MAX_REDIRECTS} times.")

    def _check(self, url: URL) -> None:
        https = url.scheme == "https" and url.host in self._allowed_hosts and url.port == 443  # noqa: PLR2004
        http = url.scheme == "http" and f"{url.host}:{url.port}" in self._allow_http_hosts
        if not (https or http) or url.user is not None:
            raise DefectError(f"{url.scheme}://{url.host}:{url.port} is no file host of a platform.")


async def _body(response: ClientResponse) -> bytes:
    host, status = response.url.host, response.status
    if status in _GONE:
        raise PhotoGoneError
    if status in _COME_BACK or status >= 500:  # noqa: PLR2004 - 5xx: the server's own trouble
        raise TryAgainError(f"{host} answers {status}.", _retry_after(response.headers.get("Retry-After")))
    if status != 200:  # noqa: PLR2004
        raise DefectError(f"{host} answers {status}.")
    if response.content_type == "text/html":  # Slack's answer to a missing token: its page for signing in
        raise TellUserError("photo_is_web_page")
    too_large = TellUserError("photo_too_large", megabytes=MAX_PHOTO_BYTES // 2**20)
    if (response.content_length or 0) > MAX_PHOTO_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > MAX_PHOTO_BYTES:
            raise too_large
    return bytes(body)


def _retry_after(value: str | None) -> float | None:
    """Seconds to wait by a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(0.0, seconds) if math.isfinite(seconds) else None
