"""A labelled set that is too small to learn from; tests/e2e/test_calibrate_command.py has one that isn't."""

from pathlib import Path
from typing import Any

import pytest

from cli.errors import UsageError
from cli.servers import Servers
from cli.settings import Settings
from cli.tuning import calibrate, evaluate
from cli.tuning.searched_set import SearchedSet
from tests.support.labelled_sets import drawn_set


async def searched(*_: Any) -> SearchedSet:
    """Return a few searches, without posting anything."""
    return SearchedSet(drawn_set(3, 3), "concept", "concept-1", {}, {})


def test_it_is_refused_in_a_sentence(where: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrate, "searched_set", searched)
    monkeypatch.setattr(evaluate, "searched_set", searched)
    learning = calibrate.Options(tmp_path, None, None, from_verdicts=False, open_set=False, undo=False)
    text = r"too few to learn from\. You need 40 about 25 things\."
    with pytest.raises(UsageError, match=text):
        calibrate.run(Settings(), where, learning, as_json=True)
    measuring = evaluate.Options(2, 1, [20], None, None, as_json=True, ablation=False, independent=False)
    with pytest.raises(UsageError, match=text):
        evaluate.run(where, tmp_path, measuring)


def test_an_ablation_of_weights_that_are_not_fitted_is_refused(where: Servers, tmp_path: Path) -> None:
    both = evaluate.Options(2, 1, [20], None, None, as_json=True, ablation=True, independent=False, shipped=True)
    with pytest.raises(UsageError, match="can't go with --shipped"):
        evaluate.run(where, tmp_path, both)
