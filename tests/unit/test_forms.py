from typing import get_args

from reunite.language import LANGUAGES, sentence
from reunite.messages.forms import Form, ReportForm, form_of, report_form
from reunite.messages.reply import Action
from tests.support.tables import for_each

ACTIONS: tuple[Action, ...] = get_args(Action)
REPORTS: tuple[ReportForm, ...] = get_args(ReportForm)


def forms(language: str) -> list[Form]:
    of_actions = [form for action in ACTIONS if (form := form_of(action, language))]
    return [*of_actions, *(report_form(which, language) for which in REPORTS)]


@for_each("language", LANGUAGES)
def test_every_form_fits_into_every_platforms_modal(language: str) -> None:
    for form in forms(language):
        assert 0 < len(form.title) <= 24, form.title  # Slack's limit; Discord's is 45
        assert 1 <= len(form.fields) <= 5  # Discord's limit
        assert len({field.name for field in form.fields}) == len(form.fields)
        for field in form.fields:
            assert 0 < len(field.label) <= 45, field.label  # Discord's limit
            assert len(field.hint) <= 100, field.hint  # Discord's limit
            assert all(0 < len(option.words) <= 75 for option in field.options)  # Slack's limit
            assert field.value in {"", *(option.value for option in field.options)}


@for_each("language", LANGUAGES)
def test_every_action_has_short_words_for_its_button(language: str) -> None:
    for action in {*ACTIONS, "look_back", "look_on"} - {"pick", "look_page", "none_fits"}:  # their buttons are others
        words = sentence(f"button_{action}", language, **({"tile": 24} if action == "look_mine" else {}))
        assert 0 < len(words) <= 34, action  # what a phone shows in a line


def test_what_is_set_beforehand_follows_the_workspace() -> None:
    public, private = (report_form("lost", private=wish).fields[-1] for wish in (False, True))
    assert (public.value, private.value) == ("public", "private")


def test_a_sealed_report_needs_its_photo_and_its_kind() -> None:
    required = {field.name for field in report_form("sealed").fields if field.required}
    assert required == {"category", "photos"}
