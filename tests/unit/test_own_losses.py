"""Which texts in a channel for found things say that their author has lost something."""

from reunite.text.own_losses import says_lost
from tests.support.tables import for_each, rows_of


@for_each(("kind", "text"), [(row["kind"], row["text"]) for row in rows_of("own_losses.tsv")])
def test_only_a_loss_of_the_authors_own_is_read_as_one(kind: str, text: str) -> None:
    assert says_lost(text) is (kind == "lost")
