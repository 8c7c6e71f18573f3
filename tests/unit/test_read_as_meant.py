"""Which noun of a post is the thing, whose its colours are, and where it was; and posts that only look alike."""

from tests.support.features import features_of
from tests.support.tables import for_each


@for_each(
    ("text", "noun", "own", "of_the_case"),
    [
        ("phone in a blue case", "phone", "", ""),
        ("phone, blue case", "phone", "", "blue"),
        ("phone blue case", "phone", "", "blue"),
        ("iphone 13 pro black case lost", "iphone", "", "black"),
        ("blue case iphone", "iphone", "", "blue"),
        ("black phone in a blue case", "phone", "black", ""),
        ("black phone blue case", "phone", "black", "blue"),
        ("téléphone coque bleue", "phone", "", "blue"),
        ("móvil funda azul", "phone", "", "blue"),
        ("телефон в синем чехле", "phone", "", ""),
        ("telemóvel numa capa azul", "phone", "", ""),
        ("蓝色手机壳的手机", "phone", "", "blue"),
        ("手机套着蓝色的壳", "phone", "", "blue"),
        ("파란 케이스 휴대폰", "phone", "", "blue"),
        ("파란색 케이스를 낀 휴대폰", "phone", "", "blue"),
        ("blue phone case", "phone case", "blue", ""),
        ("phone case blue", "phone case", "blue", ""),
        ("red case phone charger", "case phone charger", "red", ""),
        ("coque de téléphone bleue", "phone case", "blue", ""),
        ("funda de móvil azul", "phone case", "blue", ""),
        ("手机套", "phone case", "", ""),
        ("lilane Handyhülle", "phone case", "purple", ""),
        ("Handyhülle, orangene", "phone case", "orange", ""),
        ("blue phone found", "phone", "blue", ""),
        ("pink cover of iphone 12", "cover", "pink", ""),
        ("red case of phone", "case", "red", ""),
        ("blue cover of laptop", "cover", "blue", ""),
        ("green case ipad mini found near gym", "ipad case", "green", ""),
        ("black sleeve laptop", "laptop sleeve", "black", ""),
        ("red case phone number on it", "phone case", "red", ""),
        ("black case iphone 12 charger", "iphone case charger", "black", ""),
        ("silver ipad black case charger", "ipad", "silver black", ""),
    ],
)
def test_the_colour_of_a_case_is_not_the_phones(text: str, noun: str, own: str, of_the_case: str) -> None:
    [thing] = features_of(text).things
    assert thing.noun == noun
    assert " ".join(colour.word for colour in thing.colours) == own
    assert " ".join(colour.word for colour in thing.details) == of_the_case


@for_each(
    ("text", "things"),
    [
        ("I seem to have misplaced my glasses (black frame)", "glasses"),
        ("I think I have lost my glasses (black frame)", "glasses"),
        ("I have a blue bag with a black frame", "bag"),
        ("must have been a red hat", "hat"),
        ("blauwe want gevonden", "glove"),
        ("Want gevonden", "glove"),
        ("ik heb een want gevonden, want die lag op straat", "glove"),
        ("ik wil mijn tas terug want die was duur", "bag"),
        ("rode das", "scarf"),
        ("das ist mein roter Schal", "scarf"),
        ("zwart slot gevonden", "padlock"),
        ("slot machine token", "token"),
        ("net een sleutel gevonden", "key"),
        ("butterfly net", "net"),
        ("ik heb net een bal gevonden", "ball"),
        ("tennis net gevonden", "net"),
        ("volleybal net een gat", "net"),
        ("muts kwijt, grijs want oud", "hat"),
        ("sjaal kwijt, rood want gebreid", "scarf"),
        ("sjaal kwijt, oranje want nieuw", "scarf"),
        ("muts verloren, was blauw want nieuw gekocht", "hat"),
        ("lost at 9:30 CET a scarf", "scarf"),
        ("laissé en garant la voiture, un gant", "glove"),
        ("trouvé en quittant la piscine : bonnet", "hat"),
        ("trouvé en faisant du vélo un casque", "helmet"),
        ("书包旁边的水杯", "bottle"),
        ("我的书包旁边的水杯", "bottle"),
        ("手机包旁边的水杯", "phone bag"),
        ("手机充电器旁边的耳机", "headphones"),
        ("我的书包里的水杯丢了", "backpack"),
        ("我的钱包里的身份证丢了", "wallet"),
        ("拾到的钱包里的身份证叫张三", "wallet"),
        ("捡到黑色的钱包里的银行卡都在", "wallet"),
        ("蓝色的双肩包里的耳机", "backpack"),
        ("丢了的手提包里的钥匙", "handbag"),
        ("书包，旁边的口袋是红色", "backpack"),
        ("红色的书包", "backpack"),
        ("들것을 찾았어요", "stretcher"),
        ("il pleuvait des cordes. Tasse trouvée", "mug"),
        ("corde à sauter trouvée", "rope"),
        ("it rained cats and dogs. Found an umbrella", "umbrella"),
        ("mug with cats and dogs", "mug"),
        ("red bag found. not a backpack, more like a tote", "bag"),
        ("hat found, it's not a cap, it's a beanie", "hat"),
        ("coque de téléphone, pas le téléphone", "phone case"),
        ("a scarf, not in a bag", "scarf"),
        ("Schlüssel steckt noch, Fahrrad gefunden", "key bicycle"),
        ("Schlüssel steckt, rotes Fahrrad am Bahnhof", "key bicycle"),
        ("phone plugged in, laptop next to it", "phone laptop"),
        ("Rucksack und Flasche dran", "backpack bottle"),
        ("Laptop gefunden, Netzteil dran", "laptop charger"),
        ("keys and a plugged charger", "keys charger"),
        ("Powerbank, Kabel", "powerbank cable"),
        ("Found wristband at the gate", "wristband"),
        ("wristwatch", "watch"),
        ("pendrive rojo", "usb stick"),
        ("found a pendrive", "pendrive"),
        ("lost my jansport", "backpack"),
        ("jansport fanny pack", "fanny-pack"),
        ("Bauchtasche gefunden", "fanny-pack"),
        ("a bum bag", "bumbag"),
        ("a pack of gum", "gum"),
        ("Beutelchen", "pouch"),
    ],
)
def test_the_noun_that_is_meant_is_the_thing(text: str, things: str) -> None:
    assert " ".join(features_of(text).nouns) == things


@for_each(
    ("text", "place"),
    [
        ("lost my ring between the dorms and the library", "dorms and the library"),
        ("passport lost between registration and the hotel lobby", "registration and the hotel lobby"),
        ("lost my keys between camp 4 and the food stalls", "camp 4 and the food stalls"),
        ("Handy weg zwischen Mensa und Bib", "Mensa und Bib"),
        ("perdu entre la cantine et le gymnase, bonnet bleu", "cantine et le gymnase"),
        ("perdí mi gorro entre la biblioteca y el gimnasio ayer", "biblioteca y el gimnasio"),
        ("between gym and class blue hat lost", "gym"),
        ("found between two books: a bookmark", ""),
        ("lost between 3 and 5pm, hat", ""),
        ("a scarf between the keys and the wallet", ""),
        ("entre lunes y martes perdí un gorro", ""),
        ("kaartje voor de trein gevonden", ""),
        ("muts gevonden voor de ingang", "ingang"),
        ("kaartje gevonden in de trein", "trein"),
        ("perdu en sortant de la cantine ma gourde", "sortant de la cantine"),
        ("gant trouvé en restaurant", "restaurant"),
        ("lost hat at 5pm CST", ""),
        ("lost hat 17:00 CET in the gym", "gym"),
        ("hat found in the CET", "CET"),
    ],
)
def test_where_and_when_are_told_apart(text: str, place: str) -> None:
    assert features_of(text).place == place


@for_each(
    ("text", "tells"),
    [
        ("found sth tiny", False),
        ("tiny wallet", True),
        ("kleine schwarze Tasche", True),
        ("a big one, blue", True),
    ],
)
def test_uninformative_captions(text: str, tells: bool) -> None:  # noqa: FBT001 - it is passed by name
    assert features_of(text).is_informative is tells
