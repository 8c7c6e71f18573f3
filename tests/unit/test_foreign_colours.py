import pytest

from reunite.text.foreign_colours import with_colours


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Samsung tablet, grau", "Samsung tablet, grey"),
        ("Hydro Flask (verde)", "Hydro Flask (green)"),
        ("lunch box, bleu, dented", "lunch box, blue, dented"),
        ("Fitbit / czarny", "Fitbit / black"),
        ("case, viola", "case, viola"),
        ("pen, mont blanc", "pen, mont blanc"),
        ("amarillo souvenir cup", "amarillo souvenir cup"),
        ("rot", "rot"),
    ],
)
def test_a_colour_that_stands_alone_is_read_in_any_language(text: str, english: str) -> None:
    assert with_colours(text) == english
