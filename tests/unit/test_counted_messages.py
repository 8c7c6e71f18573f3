"""Messages that count take the plural form that the language's own rules (CLDR) ask for."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel import Locale

import reunite
from reunite.language import LANGUAGES, plural, sentence, words_in
from tests.support.tables import for_each

SOURCES = Path(reunite.__file__).parents[1]
COUNTED = {key for key, text in words_in("en").sentences.items() if not isinstance(text, str)}


@for_each("language", LANGUAGES)
def test_each_message_that_counts_has_exactly_the_plural_forms_of_the_language(language: str) -> None:
    words = words_in(language)
    forms = {words.plurals.form(number) for number in range(1000)}
    for key, text in words.sentences.items():
        assert (isinstance(text, str), "{number}" in str(text)) in {(True, False), (False, True)}, key
        assert isinstance(text, str) or set(text) == forms, key
    assert {key for key, text in words.sentences.items() if not isinstance(text, str)} == COUNTED


@pytest.mark.untraced
@for_each("language", LANGUAGES)
def test_the_plural_rules_are_those_of_cldr(language: str) -> None:
    cldr, ours = Locale.parse(language).plural_form, words_in(language).plurals
    assert all(ours.form(number) == cldr(number) for number in range(10_000))


@for_each(
    ("language", "texts"),
    [
        ("en", ["0 days", "1 day", "2 days"]),
        ("de", ["0 Tage", "1 Tag", "2 Tage"]),
        ("es", ["0 días", "1 día", "2 días"]),
        ("fr", ["0 jour", "1 jour", "2 jours"]),
        ("it", ["0 giorni", "1 giorno", "2 giorni"]),
        ("ja", ["0日", "1日", "2日"]),
        ("nl", ["0 dagen", "1 dag", "2 dagen"]),
        ("pl", ["0 dni", "1 dzień", "2 dni"]),
        ("pt", ["0 dia", "1 dia", "2 dias"]),
        ("zh", ["0 天", "1 天", "2 天"]),
    ],
)
def test_numbers_take_the_form_that_goes_with_them(language: str, texts: list[str]) -> None:
    assert [plural("days", number, language) for number in range(3)] == texts


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "1 znalezisko czeka na właściciela"),
        (2, "2 znaleziska czekają na właścicieli"),
        (5, "5 znalezisk czeka na właścicieli"),
        (12, "12 znalezisk czeka na właścicieli"),
        (21, "21 znalezisk czeka na właścicieli"),
        (24, "24 znaleziska czekają na właścicieli"),
        (112, "112 znalezisk czeka na właścicieli"),
    ],
)
def test_polish_has_three_forms(number: int, words: str) -> None:
    assert plural("open_found", number, "pl") == words


def test_a_message_that_counts_needs_a_number() -> None:
    with pytest.raises(ValueError, match="days"):
        sentence("days")


@pytest.mark.untraced
def test_the_code_gives_every_message_that_counts_its_number() -> None:
    needed = {"plural": 2, "line": 3, "sentence": 99, "TellUserError": 99}  # arguments; 99: by its name only
    files = [path for room in ("reunite", "workers", "bot", "cli") for path in (SOURCES / room).rglob("*.py")]
    sources = [source for file in files if any(f'"{key}"' in (source := file.read_text("utf-8")) for key in COUNTED)]
    nodes = (node for source in sources for node in ast.walk(ast.parse(source)))
    calls = [node for node in nodes if isinstance(node, ast.Call) and node.args]
    counting = [call for call in calls if isinstance(call.args[0], ast.Constant) and call.args[0].value in COUNTED]
    checked = [call for call in counting if ast.unparse(call.func).rpartition(".")[2] in needed]
    assert len(checked) > 15
    for call in checked:
        by_name = any(keyword.arg == "number" for keyword in call.keywords)
        assert by_name or len(call.args) >= needed[ast.unparse(call.func).rpartition(".")[2]], ast.unparse(call)


def test_to_add_a_language_one_adds_a_file(tmp_path: Path) -> None:
    shutil.copytree(SOURCES / "reunite", tmp_path / "reunite")
    polish = (tmp_path / "reunite/languages/pl.toml").read_text("utf-8")
    (tmp_path / "reunite/languages/uk.toml").write_text(polish.replace("{number} dzień", "{number} день"), "utf-8")
    tried = "from reunite.language import *; print('uk' in LANGUAGES, language_of('uk-UA'), plural('days', 1, 'uk'))"
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", tried], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True
    )
    assert ran.stdout == "True uk 1 день\n"
