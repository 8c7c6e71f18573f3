"""A worker that is asked to stop lets arq close, though it's asked again and again."""

import asyncio

import pytest
from arq.worker import Worker

from tests.support.services import working


async def test_arqs_close_isnt_interrupted(database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runs, closed = asyncio.Event(), asyncio.Event()
    main, close = Worker.main, Worker.close

    async def began(worker: Worker) -> None:
        runs.set()
        await main(worker)

    async def slowly(worker: Worker) -> None:
        await asyncio.sleep(1.2)
        await close(worker)
        closed.set()

    monkeypatch.setattr(Worker, "main", began)
    monkeypatch.setattr(Worker, "close", slowly)
    async with working(database_url, redis_url):
        await runs.wait()
    assert closed.is_set()
