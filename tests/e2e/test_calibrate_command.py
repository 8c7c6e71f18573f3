"""`reunite calibrate` and `reunite evaluate` as people run them, on a set of words that is small but large enough."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.servers import Servers
from cli.tuning import evaluate
from cli.tuning.searched_set import SearchedSet, searched_set
from cli.vectors import VectorFile
from tests.support.labelled_sets import with_vectors, write_set
from tests.support.processes import reunite_here

pytestmark = pytest.mark.slow


@pytest.fixture
def posted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a set's searches for its next evaluation: to post it takes as long as all the rest."""
    known: dict[Path, SearchedSet] = {}

    async def searched(where: Servers, folder: Path, vectors: VectorFile | None = None) -> SearchedSet:
        if folder not in known:
            known[folder] = await searched_set(where, folder, vectors)
        return known[folder]

    monkeypatch.setattr(evaluate, "searched_set", searched)


def evaluated(environment: dict[str, str], folder: Path, *options: str) -> dict[str, Any]:
    arguments = ["evaluate", str(folder), "--sizes", "20", "--json", *with_vectors(folder), *options]
    figures: dict[str, Any] = json.loads(
        CliRunner().invoke(app, arguments, env=environment, catch_exceptions=False).stdout
    )
    return figures


@pytest.mark.encoder
@pytest.mark.usefixtures("posted_once")
def test_a_set_is_evaluated_fold_by_fold_and_calibrates_the_deployment(
    environment: dict[str, str], owner_database_url: str, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    own = {**environment, "REUNITE_ENCODER": "concept"}
    words = write_set(tmp_path / "words", 54, 90)
    out, plots = tmp_path / "out.jsonl", tmp_path / "plots"
    options = ["--folds", "2", "--seeds", "2", "--out", str(out), "--plots", str(plots), "--independent"]
    figures = evaluated(own, words, *options)
    assert figures["everything there"]["text"]["shares"]["recall @10"]["share"] > 0.5
    assert set(figures["half taken out"]) == {
        f"{size}{captions}"
        for size in ("all found reports", "at most 20 found reports")
        for captions in ("", " without captions")
    }
    assert [json.loads(line)["id"] for line in out.read_text("utf-8").splitlines()] == [f"q{n}" for n in range(90)]
    assert {path.name for path in plots.iterdir()} == {"reliability.png", "precision-recall.png"}

    shipped = evaluated(own, words, "--shipped", "--seeds", "1")
    assert (shipped["weights"], figures["weights"]) == ("shipped", "out of fold")
    assert shipped["everything there"] != figures["everything there"]

    enough = str(write_set(tmp_path / "enough", 26, 41))  # without folds
    summary = json.loads(reunite_here(own, "calibrate", enough, "--json"))
    assert (summary["searches"], summary["things"]) == (41, 26)
    with psycopg.connect(owner_database_url) as connection:
        rows = connection.execute("SELECT community_id, summary FROM calibration").fetchall()
    assert rows == [(None, summary)]


def test_verdicts_that_are_not_there_are_refused_in_a_sentence(environment: dict[str, str]) -> None:
    assert reunite_here(environment, "calibrate", "--from-verdicts", fails=True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [([], "a labelled set, --open-set, --from-verdicts or --undo"), (["--open-set"], "REUNITE_OPEN_SET_URL is off")],
)
def test_what_cannot_be_learned_from_is_refused_in_a_sentence(
    environment: dict[str, str], arguments: list[str], sentence: str
) -> None:
    told = CliRunner().invoke(app, ["calibrate", *arguments], env=environment)
    assert told.exit_code
    assert isinstance(told.exception, SystemExit)
    assert sentence in told.stderr
