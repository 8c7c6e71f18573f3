"""The log's form."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from cli.logs import configure


@pytest.fixture(autouse=True)
def _logging_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(logging.root, "level", logging.WARNING)
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_librarys_line_is_json_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])  # pytest's own
    configure("info", as_json=True)
    logging.getLogger("arq.connections").warning("connection error %s", "refused")
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["logger"], line["event"]) == ("warning", "arq.connections", "connection error refused")


def test_a_librarys_line_looks_like_ours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])  # pytest's own
    configure("info", as_json=False)
    structlog.get_logger().warning("ours")
    logging.getLogger("theirs").warning("theirs")
    ours, theirs = capsys.readouterr().err.splitlines()
    assert "[warning  ] ours" in ours
    assert "[warning  ] theirs" in theirs
