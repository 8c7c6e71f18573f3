"""A labelled set that is too small to learn from; tests/e2e/test_calibrate_command.py has one that isn't."""

from pathlib import Path
from typing import Any

import pytest
import typer

from cli.context import configured
from cli.errors import UsageError
from cli.servers import Servers
from cli.tuning import calibrate, evaluate
from cli.tuning.searched_set import SearchedSet
from tests.support.labelled_sets import drawn_set


async def searched(*_: Any) -> SearchedSet:
    """Return a few searches, without posting anything."""
    return SearchedSet(drawn_set(3, 3), "concept", "concept-1", {}, {})


def test_it_is_refused_in_a_sentence(
    where: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(calibrate, "searched_set", searched)
    monkeypatch.setattr(evaluate, "searched_set", searched)
    learning = calibrate.Options(tmp_path, None, None, from_verdicts=False, open_set=False, undo=False)
    measuring = evaluate.Options(2, 1, [20], None, None, as_json=True, ablation=False, independent=False)
    with pytest.raises(typer.Exit), configured() as settings:
        calibrate.run(settings, where, learning, as_json=True)
    with pytest.raises(typer.Exit), configured():
        evaluate.run(where, tmp_path, measuring)
    assert capsys.readouterr().err.count("too few to learn from. You need 40 about 25 things.\n") == 2


def test_an_ablation_of_weights_that_are_not_fitted_is_refused(where: Servers, tmp_path: Path) -> None:
    both = evaluate.Options(2, 1, [20], None, None, as_json=True, ablation=True, independent=False, shipped=True)
    with pytest.raises(UsageError, match="can't go with --shipped"):
        evaluate.run(where, tmp_path, both)
