from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.discord.config import DiscordConfig
from bot.errors import SetupError
from bot.slack.config import SlackConfig
from cli.children import Child
from cli.settings import Settings, misspelt
from tests.support.tables import for_each


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNITE_DISCORD_TOKEN", "")
    monkeypatch.setenv("REUNITE_HOME", "")
    settings = Settings()
    assert settings.discord.token is None
    assert settings.embedded.home.is_absolute()


def test_root_keeps_its_data_where_an_unprivileged_account_may_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert Settings().embedded.home == Path("/var/lib/reunite")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert Settings().embedded.home.name == "reunite"
    assert Settings().embedded.home != Path("/var/lib/reunite")


@pytest.mark.parametrize("name", ["PORT", "REUNITE_PORT"])
def test_the_port_has_two_names(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "9123")
    assert Settings().web.port == 9123


def test_an_impossible_port_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNITE_PORT", "70000")
    with pytest.raises(ValidationError, match="REUNITE_PORT"):
        Settings()


@pytest.mark.parametrize("written", ["U1,U2", "U1 U2", " U1 , U2 ,"])
def test_ids_stand_with_commas_or_blanks_between_them(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("REUNITE_SLACK_MODERATORS", written)
    assert Settings().slack.moderators == {"U1", "U2"}


def test_tokens_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNITE_SLACK_BOT_TOKEN", "xoxb-secret")
    settings = Settings()
    assert "xoxb-secret" not in f"{settings!r} {settings}"
    assert settings.slack.bot_token == "xoxb-secret"


def test_a_variable_that_is_misspelt_is_named_with_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNITE_DISCORD_TOKN", "secret")
    monkeypatch.setenv("REUNITE_SLACK_BOT_TOKEN_FILE", "/run/secrets/slack")
    monkeypatch.setenv("REUNITE_PARENTS", "1")  # as processes of ours call it, in the singular
    monkeypatch.setenv("REUNITE_ZZZ", "1")
    assert list(misspelt()) == [
        "There's no setting REUNITE_DISCORD_TOKN. Did you mean REUNITE_DISCORD_TOKEN?",
        "There's no setting REUNITE_PARENTS.",
        "There's no setting REUNITE_ZZZ.",
    ]
    monkeypatch.setenv("REUNITE_PARENT", "1")
    assert not list(misspelt())


@for_each("written", ["value ", "value\r", ' "value" ', "'value'\r", '" value "'])
def test_what_surrounds_a_value_does_not_belong_to_it(written: str) -> None:
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("REUNITE_QUEUE", written)
        assert Settings().redis.queue == "value"
        changed.setenv("REUNITE_DISCORD_TOKEN", written.replace("value", ""))
        assert Settings().discord.token is None


def test_a_child_takes_whole_what_its_parent_hands_to_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    handed = Child(["worker"], {"REUNITE_QUEUE": "'a'", "REUNITE_DISCORD_TOKEN": ""}, tmp_path)._environment
    for name in ("REUNITE_QUEUE", "REUNITE_DISCORD_TOKEN"):
        monkeypatch.setenv(name, handed[name])
    assert Settings().redis.queue == "'a'"
    assert Settings().discord.token is None


def test_quotation_marks_within_a_value_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNITE_DATABASE_URL", "host=one password='a'")
    assert Settings().database.url == "host=one password='a'"


@pytest.mark.parametrize("variable", ["REUNITE_HOME", "REUNITE_KEY_FILE", "REUNITE_HEALTH_FILE"])
def test_a_path_may_begin_in_the_home_folder(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv(variable, "~/reunite")
    settings = Settings()
    paths = {settings.embedded.home, settings.keys.key_file, settings.metrics.health_file}
    assert Path("/home/ada/reunite") in paths


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (SlackConfig(bot_token="xapp-1", app_token="xoxb-1"), "REUNITE_SLACK_BOT_TOKEN must begin with xoxb-"),
        (SlackConfig(bot_token="xoxp-1", app_token="xapp-1"), "REUNITE_SLACK_BOT_TOKEN must begin with xoxb-"),
        (SlackConfig(bot_token="xoxb-1", app_token="xoxb-1"), "REUNITE_SLACK_APP_TOKEN must begin with xapp-"),
        (DiscordConfig(token="Bot token"), "REUNITE_DISCORD_TOKEN must be the token alone"),
        (DiscordConfig(token="tökén"), "REUNITE_DISCORD_TOKEN must be the token alone"),
    ],
)
def test_a_token_of_another_kind_is_refused(config: SlackConfig | DiscordConfig, words: str) -> None:
    with pytest.raises(SetupError, match=words):
        config.check()


def test_a_secret_in_a_file_is_read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text('"secret"\r\n')
    monkeypatch.setenv("REUNITE_DISCORD_TOKEN_FILE", str(file))
    read: list[Path] = []

    def read_text(path: Path, encoding: str) -> str:
        read.append(path)
        return path.read_bytes().decode(encoding)

    monkeypatch.setattr(Path, "read_text", read_text)
    assert Settings().discord.token == '"secret"'
    assert read == [file]
