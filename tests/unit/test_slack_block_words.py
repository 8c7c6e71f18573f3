"""The words of a message's blocks on Slack, as a report's text."""

from typing import Any

from bot.slack.block_words import words_in_blocks
from tests.support.tables import for_each


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


LIST = {"type": "rich_text_list", "elements": [section(text("black wallet")), section(text("red scarf"))]}
SEE = section(
    text("see "),
    {"type": "link", "url": "https://x.org/?a&b"},
    text(" "),
    {"type": "emoji", "name": "key"},
    {"type": "channel", "channel_id": "C1"},
    {"type": "user", "user_id": "U1"},
    {"type": "link", "url": "https://x.org", "text": "there"},
)


@for_each(
    ("block", "words"),
    [
        (
            {"type": "rich_text", "elements": [section(text("Lost:")), LIST, SEE]},
            "Lost:\nblack wallet\nred scarf\nsee https://x.org/?a&amp;b :key:<#C1><@U1>there",
        ),
        (
            {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Item*"}, {"type": "mrkdwn", "text": "wallet"}]},
            "*Item*\nwallet",
        ),
        ({"type": "header", "text": {"type": "plain_text", "text": "I <3 my hat"}}, "I &lt;3 my hat"),
        (
            {
                "type": "context",
                "elements": [
                    {"type": "mrkdwn", "text": "black"},
                    {"type": "image", "image_url": "https://x.org/a.png", "alt_text": "a bag"},
                    {"type": "plain_text", "text": "bag"},
                ],
            },
            "black\nbag",
        ),
        (
            {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Claim"}}]},
            "",
        ),
        (
            {"type": "section", "text": {"type": "mrkdwn", "text": "a <b>"}, "accessory": {"type": "button"}},
            "a <b>",
        ),
        ({"type": "markdown", "text": "Found a **bag** <3"}, "Found a **bag** &lt;3"),
        (
            {"type": "rich_text", "elements": [section(text("Lost on "), {"type": "date", "fallback": "4 May"})]},
            "Lost on 4 May",
        ),
        (
            section(
                {"type": "broadcast", "range": "here"},
                text(" "),
                {"type": "usergroup", "usergroup_id": "S1"},
                text(" a bag in "),
                {"type": "color", "value": "#F405B3"},
            ),
            "<!here> <!subteam^S1> a bag in #F405B3",
        ),
        (
            {
                "type": "table",
                "rows": [
                    [{"type": "raw_text", "text": "Item"}, {"type": "raw_text", "text": "<3"}],
                    [{"type": "rich_text", "elements": [section(text("wallet"))]}],
                ],
            },
            "Item\n&lt;3\nwallet",
        ),
        (
            {
                "type": "carousel",
                "elements": [
                    {
                        "type": "card",
                        "title": {"type": "mrkdwn", "text": "*Found*"},
                        "body": {"type": "mrkdwn", "text": "a bag"},
                        "actions": [{"type": "button", "text": {"type": "plain_text", "text": "Claim"}}],
                    }
                ],
            },
            "*Found*\na bag",
        ),
        ({"type": "image", "title": {"type": "plain_text", "text": "bag.jpg"}}, ""),
    ],
)
def test_the_words_of_a_block_keep_their_lines(block: dict[str, Any], words: str) -> None:
    assert words_in_blocks([block]) == words
