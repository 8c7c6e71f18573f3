"""The log's form."""

import json
import logging
from asyncio import CancelledError
from collections.abc import Iterator

import psycopg
import pytest
import structlog

from cli.logs import configure
from cli.repeated_lines import RepeatedLines


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


def test_a_cancelled_job_is_no_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    configure("info", as_json=True)
    for error in (CancelledError(), ValueError()):
        logging.getLogger("arq.worker").error("%s failed", type(error).__name__, exc_info=error)
    [line] = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "ValueError failed"


def test_a_librarys_line_looks_like_ours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])  # pytest's own
    configure("info", as_json=False)
    structlog.get_logger().warning("ours")
    logging.getLogger("theirs").warning("theirs")
    ours, theirs = capsys.readouterr().err.splitlines()
    assert "[warning  ] ours" in ours
    assert "[warning  ] theirs" in theirs


@pytest.mark.parametrize("as_json", [True, False])
def test_a_warning_that_repeats_word_for_word_is_written_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])  # pytest's own
    configure("info", as_json=as_json)
    for _ in range(3):
        structlog.get_logger().warning("interrupted", reason="refused")
        logging.getLogger("theirs").warning("refused %s", "here")
        structlog.get_logger().info("done")
        structlog.get_logger().error("defect")
    structlog.get_logger().warning("interrupted", reason="refused", work="another")
    logging.getLogger("theirs").warning("refused %s", "there")
    log = capsys.readouterr().err
    counted = [log.count(words) for words in ("interrupted", "refused here", "refused there", "done", "defect")]
    assert counted == [2, 1, 1, 3, 3]


def test_what_goes_on_is_said_again_at_growing_intervals_and_after_a_while_is_news() -> None:
    at = 0.0
    repeated = RepeatedLines(lambda: at)
    written = []
    for second in [*range(101), 161, 162, 221]:
        at = float(second)
        if (left_out := repeated.left_out("refused")) is not None:
            written.append((second, left_out))
    assert written == [(0, 0), (10, 9), (30, 19), (70, 39), (161, 30), (221, 1)]


def test_what_is_said_again_and_again_is_remembered_among_many_other_lines() -> None:
    repeated = RepeatedLines(lambda: 0.0)
    for number in range(2001):
        assert repeated.left_out(number) == 0
        assert repeated.left_out("refused") == (None if number else 0)


def test_a_librarys_malformed_line_harms_nobody_who_logs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])  # pytest's own
    configure("info", as_json=True)
    malformed = ("%d of %s", "x")
    logging.getLogger("theirs").warning(*malformed)
    assert "--- Logging error ---" in capsys.readouterr().err


@pytest.mark.parametrize("log", [structlog.get_logger(), logging.getLogger("theirs")], ids=["ours", "theirs"])
def test_a_line_says_how_often_it_was_left_out_and_one_with_an_error_never_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], log: logging.Logger
) -> None:
    at = 0.0
    monkeypatch.setattr(logging.root, "handlers", [])  # pytest's own
    monkeypatch.setattr("cli.logs.RepeatedLines", lambda: RepeatedLines(lambda: at))
    configure("info", as_json=True)
    for second in (0, 1, 2, 10):
        at = float(second)
        log.warning("refused")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line.get("left_out") for line in lines] == [None, 2]
    for error in (ValueError("one"), KeyError("another")):
        try:
            raise error
        except (ValueError, KeyError):
            log.warning("failed", exc_info=True)
    assert ["another" in line for line in capsys.readouterr().err.splitlines()] == [False, True]


@pytest.mark.parametrize("as_json", [True, False])
def test_nothing_that_is_logged_begins_a_line_or_commands_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])  # pytest's own
    configure("info", as_json=as_json)
    hostile = "a\n2026-01-01 [error] forged\x1b[2J\x9b1m\u202e\u2066"
    structlog.get_logger().warning("ours", name=hostile, of={"name": hostile})
    logging.getLogger("theirs").warning("theirs %s", hostile)
    logged = capsys.readouterr().err
    assert (len(logged.splitlines()), logged.count("forged")) == (2, 3)
    assert "\x1b" not in logged
    assert not any(control in logged for control in "\x9b\u202e\u2066")
    for log in (structlog.get_logger(), logging.getLogger("theirs")):
        log.error("failed", exc_info=ValueError(hostile))
    traceback = capsys.readouterr().err
    assert not any(control in traceback for control in "\x1b\x9b\u202e\u2066")
    assert not any(line.startswith("2026-01-01") for line in traceback.splitlines())


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("grouped", [True, False])
def test_a_database_errors_row_is_left_out_and_the_rest_of_a_traceback_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, as_json: bool, ours: bool, grouped: bool
) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])  # pytest's own
    configure("info", as_json=as_json)
    words = 'new row violates "check"\nDETAIL:  Failing row contains (1, my\n\nsecret word).\nCONTEXT:  JSON: secret'
    try:
        try:
            raise psycopg.errors.CheckViolation(words)
        except psycopg.Error as error:
            raise RuntimeError("what came of it") from (ExceptionGroup("some", [error]) if grouped else error)
    except RuntimeError:
        (structlog.get_logger() if ours else logging.getLogger("theirs")).exception("failed")
    log = capsys.readouterr().err
    assert "secret" not in log
    for kept in ("CheckViolation", "new row violates", "RuntimeError: what came of it"):
        assert kept in log
