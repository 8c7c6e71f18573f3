"""`reactions.*` of the Slack double's Web API."""

from typing import TYPE_CHECKING, Any

from tests.doubles.slack_blocks import RefusedError

if TYPE_CHECKING:
    from tests.doubles.slack import SlackDouble
    from tests.doubles.slack_api import Bot

_SHOWN = ("type", "subtype", "user", "bot_id", "text", "ts", "team", "blocks")

Answer = dict[str, Any]


class SlackReactionsApi:
    """Methods by their names after `reactions.`."""

    def __init__(self, world: "SlackDouble") -> None:
        self._world = world

    def add(self, arguments: Answer, bot: "Bot") -> Answer:
        message = self._world.message(arguments["channel"], arguments["timestamp"])
        if message is None:
            raise RefusedError("message_not_found")
        if self._world.channels[arguments["channel"]].get("is_archived"):
            raise RefusedError("is_archived")  # reactions.add
        if bot.user in message.get("reactions", {}).get(arguments["name"], []):
            raise RefusedError("already_reacted")  # reactions.add
        self._world.react(arguments["channel"], arguments["timestamp"], arguments["name"], bot.user)
        return {}

    def remove(self, arguments: Answer, bot: "Bot") -> Answer:
        message = self._world.message(arguments["channel"], arguments["timestamp"])
        if message is None:
            raise RefusedError("message_not_found")
        if bot.user not in message.get("reactions", {}).get(arguments["name"], []):
            raise RefusedError("no_reaction")  # reactions.remove
        self._world.react(arguments["channel"], arguments["timestamp"], arguments["name"], bot.user, given=False)
        return {}

    def get(self, arguments: Answer, _: "Bot") -> Answer:
        message = self._world.message(arguments["channel"], arguments["timestamp"])
        if message is None:
            raise RefusedError("message_not_found")
        # reactions.get shows no files, nor do the answers recorded in slackapi/java-slack-sdk, json-logs/samples/api.
        shown = {name: message[name] for name in _SHOWN if name in message}
        return {"type": "message", "message": {**shown, "reactions": reactions_shown(message)}}


def reactions_shown(message: Answer) -> list[Answer]:
    """Return a message's reactions as reactions.get shows them."""
    given = message.get("reactions", {}).items()
    return [{"name": name, "users": users, "count": len(users)} for name, users in given if users]
