"""Chinese phrases about a thing, which has no space around it: 书包食堂门口, 没有盖子的水杯, 小号水杯."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Final

from reunite.text.phrases import first_of

_SMALL_SIZE, _GARMENT = re.compile("小号"), re.compile("[衣服裤裙衫鞋帽恤]|外套|手套|夹克")
"""小号 is a size of clothes, and a trumpet where no thing follows."""
_SITE: Final = (
    "(?![店场馆柜棚架厅亭区摊铺城园充维机]|站(?!台)|房(?!间)|室(?![内外])|点(?!心)|行(?![李政])|台(?!阶)"
    "|办(?!公)|服务|中心)(?!(?<=车)[停车])"
)
"""What isn't after the name of a thing here, but makes it the name of a place: 手机店, 篮球场, 自行车棚."""
_BY: Final = "(?:旁边|旁|边上|附近|对面|下面|底下)"
_MAX_PLACE: Final = 24


class ChineseThings:
    """Finds things in texts in simplified characters."""

    def __init__(
        self, english: Mapping[str, str], fold: Callable[[str], str], colours: Collection[str], others: Collection[str]
    ) -> None:
        """Read the words with their English, of which some is for colours and some for no thing either."""
        self._fold = fold
        things = [word for word, name in english.items() if name not in colours and name not in others]
        self._colours = f"(?:{_any(word for word, name in english.items() if name in colours)}的?)"
        self._things = _any(things)
        self._long_things = _any(word for word in things if len(word) > 1)

    def plainly(self, text: str) -> str:
        """Return a text with 小码 for a small size, and without what it says that a thing lacks."""
        folded = self._fold(text)
        if "小号" in folded:
            small = _SMALL_SIZE if _GARMENT.search(folded) else self._small
            text = _replaced(text, small.finditer(folded), "小码")
        text = _replaced(text, self._lacked.finditer(self._fold(text)), " ")
        folded = self._fold(text)
        beside = (found for found in self._beside.finditer(folded) if found["thing"] not in folded[: found.start()])
        return _replaced(text, beside, " ")

    def before_place(self, place: str) -> int:
        """Return how much of what was read as a place, in simplified characters, is the thing: 书包 of 书包食堂门口."""
        found = self._leading.match(place, 0, _MAX_PLACE)
        return found.end() if found else 0

    @cached_property
    def _small(self) -> re.Pattern[str]:
        return re.compile(f"小号(?=的?{self._colours}{{0,2}}{self._things})")

    @cached_property
    def _lacked(self) -> re.Pattern[str]:
        return re.compile(f"(?:(?<!有)没[有带装]?|(?<!有)不带|无){self._colours}?{self._things}(?!了)的?")

    @cached_property
    def _beside(self) -> re.Pattern[str]:
        """What a thing lay by, before it: 书包旁边的水杯; not what it was in, which may be meant: 钱包里的卡都在."""
        thing = f"{self._colours}{{0,2}}{self._things}"
        return re.compile(f"{self._colours}{{0,2}}(?P<thing>{self._things}?{self._long_things}){_BY}的(?={thing})")

    @cached_property
    def _leading(self) -> re.Pattern[str]:
        mine = f"我们?的{self._colours}{{0,2}}{self._things}"
        return re.compile(f"(?:{mine}|(?:我|[丢找]了?)?{self._colours}{{0,2}}{self._long_things})的?{_SITE}")


def _any(words: Iterable[str]) -> str:
    return first_of(sorted(words, key=len, reverse=True))


def _replaced(text: str, found: Iterable[re.Match[str]], instead: str) -> str:
    out, end = "", 0
    for match in found:
        out += text[end : match.start()] + instead
        end = match.end()
    return out + text[end:]
