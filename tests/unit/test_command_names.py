"""Sentences name commands as their readers see them, on every platform and in every language."""

import ast
import re
from pathlib import Path
from uuid import UUID

import pytest

from bot.discord.greeting import named_commands
from bot.discord.markup import escape
from bot.discord.render import render, render_private
from bot.json_replies import reply_json
from bot.slack.render import blocks, notification
from bot.web.render import reply_json as page_json
from reunite.entities import ReplyTarget
from reunite.errors import TellUserError
from reunite.language import LANGUAGES, command, command_names, sentence, words_in
from reunite.messages import welcome, wording
from reunite.messages.reply import Reply, from_json, to_json
from reunite.ports import Outgoing
from reunite.rights import TABLE, Act
from tests.support.tables import for_each

TARGET = ReplyTarget("discord", "1", "2", "3")
COMMAND_SLOT = re.compile(r"{command:(\w+)}")
ON_DISCORD = {
    "buttons_refused",
    "channels_shown_elsewhere",
    "not_here",
    "not_read_here",
    "posts_unread",
    "zone_is",
    "zone_not_known",
    "when_without_zone",
    "link_code",
}
"""What only platforms with commands say."""
SAID_EVERYWHERE = {
    key for key, texts in words_in("en").sentences.items() if COMMAND_SLOT.search(str(texts))
} - ON_DISCORD


def templates(language: str) -> dict[str, list[str]]:
    sentences = words_in(language).sentences
    return {key: [words] if isinstance(words, str) else list(words.values()) for key, words in sentences.items()}


def public(reply: Reply) -> str:
    return str(render(Outgoing("key", TARGET, reply), "en").embed.description)


@for_each("language", LANGUAGES)
def test_every_slot_names_a_command_that_exists(language: str) -> None:
    named = {key for texts in templates(language).values() for text in texts for key in COMMAND_SLOT.findall(text)}
    assert {"lost", "timezone", "link"} <= named <= set(words_in(language).commands)


@for_each("language", LANGUAGES)
def test_one_reader_on_discord_sees_the_name_in_their_language(language: str) -> None:
    reply = Reply("note", (wording.line("sealed_how", language),))
    name = f"/{command('lost', language).name}"
    expected = escape(sentence("sealed_how", language, command=command_names(language)))
    assert render_private(reply).embed.description == expected
    assert name in wording.explain(TellUserError("only_owner"), language, command_names(language))


@for_each("language", LANGUAGES)
def test_several_readers_on_discord_see_the_guilds_name_and_the_english_one(language: str) -> None:
    reply = Reply("note", (wording.line("sealed_how", language),))
    name = command("lost", language).name
    both = "/lost" if name == "lost" else escape(f"/{name} (/lost)")
    assert both in public(reply)


@for_each("language", LANGUAGES)
def test_the_greeting_names_commands_for_everyone_and_help_for_its_reader(language: str) -> None:
    name = f"/{command('setup', language).name}"
    greeting = public(welcome.greeting(named_commands(language), language)).replace("**", "")
    assert escape(name) in greeting
    assert escape("/setup") in greeting
    usage = str(render_private(welcome.usage(named_commands(language), language)).embed.description)
    assert escape(name) in usage
    assert name == "/setup" or "/setup" not in usage


@for_each("language", LANGUAGES)
def test_other_chats_name_commands_as_they_are_typed_there(language: str) -> None:
    reply = Reply("note", (wording.line("sealed_how", language),))
    assert reply.text() == sentence("sealed_how", language)
    assert "/lost" in str(blocks(reply, lambda _: None))


@for_each("language", LANGUAGES)
def test_slack_names_subcommands_as_they_are_typed_there(language: str) -> None:
    reply, typed = Reply("note", (wording.line("better_sealed", language),)), command("sealed", language).name
    for shown in (str(blocks(reply, lambda _: None)), notification(reply)):
        assert f"/found {typed}" in shown


@for_each("language", LANGUAGES)
def test_advice_to_seal_names_no_command_where_nothing_can_be_sealed_yet(language: str) -> None:
    texts = {key: str(words) for key, words in templates(language).items() if key.startswith("not_yet_")}
    assert len(texts) == 4
    assert not any(map(COMMAND_SLOT.search, texts.values()))


@pytest.mark.parametrize("language", LANGUAGES)
@for_each("key", sorted(SAID_EVERYWHERE))
def test_a_chat_that_may_have_no_commands_is_told_what_works_there(language: str, key: str) -> None:
    number = None if isinstance(words_in("en").sentences[key], str) else 3
    text = reply_json(Reply("note", (wording.line(key, language, number),)), language, "webhook")["text"]
    assert "/" not in text
    assert any(sentence(f"way_{name}", language) in text for name in ("lost", "mine", "sealed"))


@for_each("language", LANGUAGES)
def test_the_local_page_names_what_is_on_it_in_place_of_commands(language: str) -> None:
    usage, sealed = welcome.usage_of_page(language), Reply("note", (wording.line("sealed_how", language),))
    for reply, named in (
        (usage, words_in(language).page["my_reports"]),
        (sealed, sentence("way_lost", language)),
    ):
        shown = "".join(span["text"] for line in page_json(reply, language)["lines"] for span in line)
        assert "/" not in shown
        assert named in shown


@pytest.mark.parametrize(
    "act",
    [
        "accept_claim",
        "delete_post",
        "give_verdict",
        "release",
        "see_claim",
        "whereabouts",
        "withdraw_verdict",
    ],
)
def test_what_the_board_and_the_http_api_refuse_names_no_command(act: Act) -> None:
    """Nobody can type a command there."""
    assert not any(map(COMMAND_SLOT.search, templates("en").get(TABLE[act].refusal, [])))


def test_what_a_member_writes_is_never_taken_for_a_command() -> None:
    text = sentence(
        "when_without_zone", "de", command=command_names("de"), when="/lost um 3, {command:lost}", zone="UTC"
    )
    assert "„/lost um 3, {command:lost}“" in text
    assert "/zeitzone" in text


def test_a_command_survives_the_outbox() -> None:
    reply = Reply("note", (wording.line("sealed_how", "de"),), about=frozenset({UUID(int=1)}))
    assert from_json(to_json(reply)) == reply


def test_discord_names_commands_in_all_that_it_says_by_itself() -> None:
    named = {key for key, texts in templates("en").items() if any(map(COMMAND_SLOT.search, texts))}
    calls = [
        (path.name, node.lineno, node.args[0].value)
        for path in (Path(__file__).parents[2] / "bot/discord").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "sentence"
        and isinstance(node.args[0], ast.Constant)
        and not any(keyword.arg == "command" for keyword in node.keywords)
    ]
    assert len(calls) > 10
    assert [call for call in calls if call[2] in named] == []
