"""A certificate that can't be trusted: everyone who meets it says whose it is, what is wrong, and what to do."""

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession, TCPConnector
from httpx2 import HTTPError
from huggingface_hub import close_session, get_session
from redis.exceptions import RedisError

from bot.discord.errors import discord_errors
from bot.doctor import whole_cause
from bot.signed_http import call
from bot.slack.errors import slack_errors
from db.queue import redis_client, redis_problem, tls_options
from reunite import rules
from reunite.errors import TryAgainError
from tests.support.certificates import Authority, listening
from workers.encoders.hub import brief
from workers.fetch import PhotoFetcher

PROBLEMS = {
    "expired": "the certificate of localhost has expired: check this machine's clock",
    "not yet": "the certificate of localhost isn't valid yet: check this machine's clock",
    "other host": "the certificate at localhost is for another host: check the address",
    "unknown": "doesn't know who issued the certificate of localhost: if it's yours or a proxy's, set SSL_CERT_FILE",
}
SERVED: dict[str, Callable[[Authority], ssl.SSLContext]] = {
    "expired": lambda authority: authority.serve("localhost", days=-5),
    "not yet": lambda authority: authority.serve("localhost", days=5),
    "other host": lambda authority: authority.serve("elsewhere.example"),
    "unknown": lambda authority: authority.serve("localhost"),
}
every_problem = pytest.mark.parametrize("problem", PROBLEMS)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def session(authority: Authority, problem: str) -> ClientSession:
    trusted = None if problem == "unknown" else authority.certificate
    return ClientSession(connector=TCPConnector(ssl=ssl.create_default_context(cafile=trusted)))


@every_problem
async def test_platforms_and_chats_say_whose_certificate_it_is(authority: Authority, problem: str) -> None:
    async with listening(SERVED[problem](authority)) as port, session(authority, problem) as client:
        url = f"https://localhost:{port}/"
        with pytest.raises(TryAgainError, match=PROBLEMS[problem]), discord_errors():
            await client.get(url)
        with pytest.raises(TryAgainError, match=rf"^Slack can't be reached \(.*{PROBLEMS[problem]}"), slack_errors():
            await client.get(url)
        with pytest.raises(TryAgainError, match=PROBLEMS[problem]):
            await call(client, url, b"secret", {"do": "hello"})
        with pytest.raises(ClientError) as raised:
            await client.get(url)
        assert PROBLEMS[problem] in whole_cause(raised.value)


@every_problem
async def test_a_photos_host_is_named(authority: Authority, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "may_be_fetched", lambda *_: True)  # though it isn't on port 443
    fetcher = PhotoFetcher(frozenset())
    async with listening(SERVED[problem](authority)) as port, session(authority, problem) as fetcher._session:
        with pytest.raises(TryAgainError, match=PROBLEMS[problem]):
            await fetcher.fetch(f"https://localhost:{port}/photo.jpg")


@every_problem
async def test_redis_is_named_and_its_hosts_name_is_checked(authority: Authority, problem: str) -> None:
    given = "" if problem == "unknown" else f"?ssl_ca_certs={authority.certificate}"
    async with listening(SERVED[problem](authority)) as port:
        redis = redis_client(f"rediss://localhost:{port}/0{given}", "queue")
        with pytest.raises(RedisError) as raised:
            await redis.ping()
        await redis.aclose()
    assert PROBLEMS[problem].replace("localhost", "Redis") in redis_problem(raised.value)


def test_only_an_address_with_tls_that_verifies_checks_the_hosts_name() -> None:
    assert tls_options("rediss://host/0?ssl_cert_reqs=required")
    assert not tls_options("rediss://host/0?ssl_cert_reqs=none")
    assert not tls_options("redis://host/0")


@every_problem
async def test_the_model_hub_is_named(authority: Authority, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if problem != "unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    close_session()  # the one that is kept may trust others
    async with listening(SERVED[problem](authority)) as port:
        with pytest.raises(HTTPError) as raised:
            await asyncio.to_thread(get_session().get, f"https://localhost:{port}/")
    close_session()
    assert PROBLEMS[problem].replace("localhost", "huggingface.co") in brief(raised.value)
