"""Modals and the App Home as Slack's views: readable snapshots, within Slack's limits in every language."""

import json
from datetime import UTC
from types import SimpleNamespace
from typing import Any, get_args
from uuid import uuid4

import pytest

from bot.slack.forms import context_of, form_input, form_modal, modal, reply_modal
from bot.slack.home import home_view
from bot.slack.linking import Linking
from bot.slack.manifest import command_names
from bot.slack.people import Person
from bot.slack.permissions import SCOPES
from reunite.language import LANGUAGES, sentence
from reunite.messages.forms import ReportForm, form_of, look_form, report_form
from reunite.messages.reply import Action
from tests.doubles.slack_blocks import check_view
from tests.support.slack_samples import ADA, link_to, replies, same_as_before
from tests.support.tables import for_each

FORMS = {
    **{which: report_form(which) for which in get_args(ReportForm)},
    **{action: form for action in get_args(Action) if (form := form_of(action))},
}
WORKSPACE: Any = SimpleNamespace(link_to=link_to)


@pytest.mark.parametrize("name", FORMS)
def test_modals_look_as_they_did(name: str) -> None:
    assert same_as_before(f"modal_{name}", form_modal(FORMS[name], "callback", "en", {"channel": "C1"}))


@pytest.mark.parametrize("moderates", [True, False])
def test_the_home_tab_looks_as_it_did(*, moderates: bool) -> None:
    shown = home_view(Person(ADA, moderates, "en", UTC), [replies()["own_report"]], WORKSPACE, (), ())
    assert same_as_before("home_of_a_moderator" if moderates else "home", shown)


@for_each("language", LANGUAGES)
def test_every_view_keeps_within_slacks_limits_in_every_language(language: Any) -> None:
    forms = [report_form(which, language, private=True) for which in get_args(ReportForm)]
    forms += [form for action in get_args(Action) if (form := form_of(action, language))]
    context = {"press": f"accept_claim:{uuid4()}", "channel": "C" * 11, "message": "1800000000.000001"}
    for form in [*forms, look_form(language)]:
        view = form_modal(form, "press:", language, context)
        check_view(view, {})
        assert view["title"]["text"] == form.title, "it's cut off"
    check_view(Linking.form(language), {})
    check_view(reply_modal([*replies(language).values()], link_to, language), {})
    own = [replies(language)["own_report"]] * 80
    moderator = Person(ADA, moderates=True, language=language, zone=UTC)
    warnings = [
        sentence("home_scopes", language, scopes=", ".join(sorted(SCOPES))),
        sentence("home_log_closed", language, channel="<#C0MODS>"),
        sentence("log_channel_open", language, channel="<#C0MODS>"),
        *(
            sentence(key, language, channels=", ".join(["<#C0LOST>"] * 50), command=command_names(language))
            for key in ("home_channels_closed", "channels_shown_elsewhere", "channels_shared")
        ),
    ]
    check_view(home_view(moderator, own, WORKSPACE, ("board", "create_channels"), warnings), {})


def test_what_was_filled_in_comes_back_by_the_fields_names() -> None:
    state = {
        "words": {"value": {"type": "plain_text_input", "value": "a hat"}},
        "where": {"value": {"type": "plain_text_input", "value": None}},
        "seen": {"value": {"type": "static_select", "selected_option": {"value": "private"}}},
        "category": {"value": {"type": "static_select", "selected_option": None}},
        "photos": {"value": {"type": "file_input", "files": [{"id": "F1"}]}},
        "sealed": {"value": {"type": "checkboxes", "selected_options": [{"value": "id"}, {"value": "keys"}]}},
        "groups": {"value": {"type": "multi_static_select", "selected_options": []}},
        "log": {"value": {"type": "conversations_select", "selected_conversation": "C1"}},
    }
    assert form_input({"state": {"values": state}}) == {
        "words": "a hat",
        "seen": "private",
        "photos": [{"id": "F1"}],
        "sealed": ["id", "keys"],
        "groups": [],
        "log": "C1",
    }


def test_a_modals_context_comes_back_and_a_foreign_one_is_empty() -> None:
    view = modal("title", [], "en", callback="any", context={"channel": "C1"})
    assert context_of(json.loads(json.dumps(view))) == {"channel": "C1"}
    assert context_of({"private_metadata": ""}) == {}
