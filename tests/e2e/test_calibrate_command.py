"""`reunite calibrate` and `reunite evaluate` as people run them, on a set of words that is small but large enough."""

import json
from pathlib import Path

import psycopg
import pytest

from embedded import Urls
from tests.e2e.test_commands import environment, reunite

pytestmark = pytest.mark.slow

__all__ = ["environment"]

NOUNS = ("bottle", "scarf", "umbrella", "wallet", "backpack", "hat", "book", "key", "camera", "glove")
COLOURS = ("red", "blue", "green", "black", "white", "yellow")


def write_set(folder: Path, things: int, lost: int) -> Path:
    folder.mkdir()
    names = [f"{COLOURS[number % 6]} {NOUNS[number % 10]}" for number in range(things)]
    finds = [{"id": f"f{number}", "photos": [], "text": f"{name} zk{number}"} for number, name in enumerate(names)]
    queries = [
        {
            "id": f"q{number}",
            "photos": [],
            "text": names[number % things] + (f" zk{number % things}" if number % 3 else ", lost it yesterday"),
            "matches": [f"f{number % things}"],
        }
        for number in range(lost)
    ]
    for name, rows in (("gallery", finds), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return folder


def test_a_set_is_evaluated_fold_by_fold_and_calibrates_the_deployment(
    environment: dict[str, str], servers: Urls, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    own = {**environment, "REUNITE_ENCODER": "concept"}
    words = str(write_set(tmp_path / "words", 54, 90))
    out, plots = tmp_path / "out.jsonl", tmp_path / "plots"
    options = ["--folds", "2", "--seeds", "2", "--sizes", "20", "--json", "--out", str(out), "--plots", str(plots)]
    figures = json.loads(reunite(own, "evaluate", words, *options))
    assert figures["everything there"]["text"]["shares"]["recall @10"]["share"] > 0.5
    assert set(figures["half taken out"]) == {
        f"{size}{captions}" for size in ("all finds", "at most 20 finds") for captions in ("", " without captions")
    }
    assert [json.loads(line)["id"] for line in out.read_text("utf-8").splitlines()] == [f"q{n}" for n in range(90)]
    assert {path.name for path in plots.iterdir()} == {"reliability.png", "precision-recall.png"}

    reunite(environment, "migrate")
    summary = json.loads(reunite(own, "calibrate", words, "--json"))
    assert (summary["searches"], summary["things"]) == (90, 54)
    with psycopg.connect(servers.owner_database_url) as connection:
        rows = connection.execute("SELECT community_id, summary FROM calibration").fetchall()
        connection.execute("DELETE FROM calibration")
    assert rows == [(None, summary)]


@pytest.mark.parametrize("command", ["calibrate", "evaluate"])
def test_a_set_that_is_too_small_is_refused_in_a_sentence(
    environment: dict[str, str], tmp_path: Path, command: str
) -> None:
    reunite(environment, "migrate")
    few = write_set(tmp_path / "few", 5, 6)
    said = reunite({**environment, "REUNITE_ENCODER": "concept"}, command, str(few), fails=True)
    assert "too few to learn from. You need 40 about 25 things." in said
    assert "Traceback" not in said


def test_verdicts_that_are_not_there_are_refused_in_a_sentence(environment: dict[str, str]) -> None:
    reunite(environment, "migrate")
    said = reunite(environment, "calibrate", "--from-verdicts", fails=True)
    assert "Traceback" not in said
    assert "Give either a labelled set or --from-verdicts." in reunite(environment, "calibrate", fails=True)
