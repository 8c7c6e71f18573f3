"""Fetches the missing photos of the open set into a folder."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from yarl import URL

from reunite.errors import DefectError, TellUserError, TryAgainError
from workers.fetch import PhotoFetcher
from workers.open_set.labels import OpenSet, Origin

_AT_ONCE: Final = 4
_PAUSES_IN_SECONDS: Final = (1.0, 5.0)
"""Seconds before the first and the second retry of a photo."""
_MAX_PAUSE: Final = 60.0


class OpenSetError(Exception):
    """The open set can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class PhotoSource:
    """The base URL of the photos. Without TLS, its host must be among `http_hosts` (host:port)."""

    url: str
    http_hosts: frozenset[str] = frozenset()

    def fetcher(self) -> PhotoFetcher:
        """Return a fetcher for this host alone."""
        return PhotoFetcher(frozenset({URL(self.url).host or ""}), allow_http_hosts=self.http_hosts)


async def fetch_photos(
    open_set: OpenSet, folder: Path, source: PhotoSource, progress: Callable[[int], None] = lambda _: None
) -> None:
    """Fetch missing or damaged photos, and check them. Raises OpenSetError at the first photo that can't be fetched."""
    with _explained_disk_errors(folder):
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    done, limit = 0, asyncio.Semaphore(_AT_ONCE)

    async def obtain(origin: Origin, fetcher: PhotoFetcher) -> None:
        nonlocal done
        async with limit:
            with _explained_disk_errors(folder):
                if not await asyncio.to_thread(_is_fetched, folder / origin.name, origin):
                    data = await _fetched(origin, fetcher, source.url)
                    await asyncio.to_thread(_keep, folder / origin.name, data)
        done += 1
        progress(done)

    try:
        async with source.fetcher() as fetcher, asyncio.TaskGroup() as tasks:
            for origin in open_set.origins.values():
                tasks.create_task(obtain(origin, fetcher))
    except BaseExceptionGroup as group:
        problems, others = group.split(OpenSetError)
        if problems is None or others:
            raise
        raise OpenSetError(str(problems.exceptions[0])) from group


@contextmanager
def _explained_disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OpenSetError(f"{folder} can't be written: {error.strerror or error}") from error


async def _fetched(origin: Origin, fetcher: PhotoFetcher, url: str) -> bytes:
    address = f"{url.rstrip('/')}/{origin.path}"
    for pause in (*_PAUSES_IN_SECONDS, None):
        try:
            data = await fetcher.fetch(address)
            break
        except TryAgainError as error:
            if pause is None:
                raise OpenSetError(f"{URL(url).host} can't be reached ({error})") from error
            await asyncio.sleep(min(error.after or pause, _MAX_PAUSE))
        except TellUserError as error:
            raise OpenSetError(f"{address} isn't there ({error.key})") from error
        except DefectError as error:
            raise OpenSetError(f"{address} can't be fetched ({error})") from error
    if not _is_right(data, origin):
        raise OpenSetError(f"{address} isn't the photo that was labelled")
    return data


def _is_fetched(path: Path, origin: Origin) -> bool:
    return path.is_file() and path.stat().st_size == origin.size and _is_right(path.read_bytes(), origin)


def _is_right(data: bytes, origin: Origin) -> bool:
    return len(data) == origin.size and sha256(data).hexdigest() == origin.sha256


def _keep(path: Path, data: bytes) -> None:
    part = path.with_suffix(f"{path.suffix}.part")
    part.write_bytes(data)
    part.replace(path)  # atomic: a photo is either complete or missing
