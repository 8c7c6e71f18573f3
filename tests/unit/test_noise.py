import pytest
from hypothesis import given
from hypothesis import strategies as st

from reunite.text.noise import Cleaned, clean
from reunite.text.noise_patterns import Noise
from reunite.text.words import tokens
from tests.support.tables import for_each

CASES = [
    (Noise.LINK, "here is https://example.com/a/b?c=d#e of the mug", "https://example.com/a/b?c=d#e"),
    (Noise.LINK, "it's here: maps.app.goo.gl/Ab3dE", "maps.app.goo.gl/Ab3dE"),
    (Noise.LINK, "see www.school.example/lost", "www.school.example/lost"),
    (Noise.LINK, "our site lostandfound.org has it", "lostandfound.org"),
    (Noise.LINK, "see <https://example.com/x|the photo> here", "<https://example.com/x|the photo>"),
    (Noise.LINK, "open slack://channel?id=C1 now", "slack://channel?id=C1"),
    (Noise.LINK, "geo:52.5,13.4 mug", "geo:52.5,13.4"),
    (Noise.EMAIL, "write to anna.b+lost@mail.example.com about it", "anna.b+lost@mail.example.com"),
    (Noise.MENTION, "<@!123456789012345678> lost a mug", "<@!123456789012345678>"),
    (Noise.MENTION, "<@U0AB12CD|anna> lost a mug", "<@U0AB12CD|anna>"),
    (Noise.MENTION, "<!channel> lost a mug", "<!channel>"),
    (Noise.MENTION, "<!subteam^S01|@janitors> lost a mug", "<!subteam^S01|@janitors>"),
    (Noise.MENTION, "@anna.b lost a mug", "@anna.b"),
    (Noise.MENTION, "<@&98765432109876543> lost a mug", "<@&98765432109876543>"),
    (Noise.CHANNEL, "as in <#C01ABC|lost-and-found>", "<#C01ABC|lost-and-found>"),
    (Noise.CHANNEL, "as in <#123456789012345678>", "<#123456789012345678>"),
    (Noise.ID, "message 123456789012345678", "123456789012345678"),
    (Noise.ID, "user U04ABCD12EF", "U04ABCD12EF"),
    (Noise.TIMESTAMP, "lost <t:1748000000:R>", "<t:1748000000:R>"),
    (Noise.TIMESTAMP, "lost <!date^1392734382^{date}|Feb 18>", "<!date^1392734382^{date}|Feb 18>"),
    (Noise.TIMESTAMP, "lost 2026-05-02T10:00:00Z", "2026-05-02T10:00:00Z"),
    (Noise.TIMESTAMP, "thread 1712345678.123456", "1712345678.123456"),
    (Noise.EMOJI, "my mug 😭", "😭"),
    (Noise.EMOJI, "my mug :sob:", ":sob:"),
    (Noise.EMOJI, "my mug :wave::skin-tone-3:", ":wave::skin-tone-3:"),
    (Noise.EMOJI, "my mug <:cup_sad:123456789012345678>", "<:cup_sad:123456789012345678>"),
    (Noise.EMOJI, "my mug <a:dance:123456789012345678>", "<a:dance:123456789012345678>"),
    (Noise.EMOJI, "my mug 👩‍🦰", "👩‍🦰"),
    (Noise.HASHTAG, "my mug #lostandfound", "#lostandfound"),
    (Noise.HASHTAG, "my mug #help2026", "#help2026"),
    (Noise.DATE, "lost 2026-05-02", "2026-05-02"),
    (Noise.DATE, "lost 12.05.2026", "12.05.2026"),
    (Noise.DATE, "lost 5/12", "5/12"),
    (Noise.DATE, "verloren am 3.5.", "3.5."),
    (Noise.DATE, "lost 5 May 2026", "5 May 2026"),
    (Noise.DATE, "lost May 5th", "May 5th"),
    (Noise.DATE, "verloren 5. Mai", "5. Mai"),
    (Noise.DATE, "perdido 5 de mayo", "5 de mayo"),
    (Noise.DATE, "perdu 1er juin", "1er juin"),
    (Noise.DATE, "5月4日に財布", "5月4日"),
    (Noise.DATE, "lost Tuesday", "Tuesday"),
    (Noise.DATE, "gestern Abend verloren", "gestern Abend"),
    (Noise.DATE, "lost yesterday", "yesterday"),
    (Noise.DATE, "昨日財布", "昨日"),
    (Noise.DATE, "perdu hier soir", "hier soir"),
    (Noise.DATE, "zgubione wczoraj", "wczoraj"),
    (Noise.DATE, "kubek, w nocy z soboty na niedzielę", "w nocy z soboty na niedzielę"),
    (Noise.DATE, "caneca, na noite de sexta para sábado", "na noite de sexta para sábado"),
    (Noise.DATE, "tasse, dans la nuit de samedi à dimanche", "dans la nuit de samedi à dimanche"),
    (Noise.DATE, "tazza, nella notte tra sabato e domenica", "nella notte tra sabato e domenica"),
    (Noise.DATE, "mug, night of the 12th to the 13th", "night of the 12th to the 13th"),
    (Noise.DATE, "mug, night between Fri and Sat", "night between Fri and Sat"),
    (Noise.DATE, "mug, lost Sat at the rugby", "Sat"),
    (Noise.DATE, "mug, lost Sun", "Sun"),
    (Noise.TIME, "lost 14:30", "14:30"),
    (Noise.TIME, "lost 2 pm", "2 pm"),
    (Noise.TIME, "lost 10:15am", "10:15am"),
    (Noise.TIME, "verloren 14 Uhr", "14 Uhr"),
    (Noise.TIME, "perdu 14h30", "14h30"),
    (Noise.TIME, "14時30分頃", "14時30分頃"),
    (Noise.PHONE, "mug, ring +49 151 2345678", "+49 151 2345678"),
    (Noise.PHONE, "mug, call me on 555 0134 22", "call me on 555 0134 22"),
    (Noise.PHONE, "mug, 0151/2345678", "0151/2345678"),
    (Noise.PHONE, "mug, 06 12 34 56 78", "06 12 34 56 78"),
    (Noise.PHONE, "mug, (555) 010-4477", "(555) 010-4477"),
    (Noise.PHONE, "mug, Tel.: 030 123456", "Tel.: 030 123456"),
    (Noise.PHONE, "mug, ext. 4711", "ext. 4711"),
    (Noise.PHONE, "Tasse, DW 12", "DW 12"),
    (Noise.PHONE, "Tasse, Durchwahl -4711", "Durchwahl -4711"),
    (Noise.PHONE, "mug, x4711", "x4711"),
    (Noise.PHONE, "mug, x471", "x471"),
    (Noise.PHONE, "my mug, ask Ann x4711", "x4711"),
    (Noise.PHONE, "my mug, I'm at X300", "X300"),
    (Noise.PHONE, "mug, ring x500", "x500"),
    (Noise.PHONE, "財布、内線4711", "内線4711"),
    (Noise.GREETING, "Hi everyone, my mug", "Hi everyone"),
    (Noise.GREETING, "Guten Morgen, meine Tasse", "Guten Morgen"),
    (Noise.GREETING, "¡Hola a todos! mi taza", "Hola a todos"),
    (Noise.GREETING, "Bonjour à tous, ma tasse", "Bonjour à tous"),
    (Noise.GREETING, "こんにちは、財布", "こんにちは"),
    (Noise.GREETING, "Cześć, zgubiłem kubek", "Cześć"),
    (Noise.GREETING, "Olá, perdi a caneca", "Olá"),
    (Noise.GREETING, "Ciao a tutti, ho perso la tazza", "Ciao a tutti"),
    (Noise.THANKS, "my mug, thanks in advance", "thanks in advance"),
    (Noise.THANKS, "meine Tasse, vielen Dank", "vielen Dank"),
    (Noise.THANKS, "mi taza, muchas gracias", "muchas gracias"),
    (Noise.THANKS, "ma tasse, merci d'avance", "merci d'avance"),
    (Noise.THANKS, "財布、ありがとうございます", "ありがとうございます"),
    (Noise.THANKS, "kubek, z góry dziękuję", "z góry dziękuję"),
    (Noise.THANKS, "caneca, muito obrigada", "muito obrigada"),
    (Noise.THANKS, "tazza, grazie mille", "grazie mille"),
    (Noise.HEADING, "Item: mug", "Item:"),
    (Noise.HEADING, "*Lost item:* mug", "*Lost item:"),
    (Noise.HEADING, "Gegenstand: Tasse", "Gegenstand:"),
    (Noise.HEADING, "Objeto: taza", "Objeto:"),
    (Noise.HEADING, "Objet : tasse", "Objet :"),
    (Noise.HEADING, "品名：財布", "品名："),
    (Noise.HEADING, "LOST - blue mug", "LOST -"),
    (Noise.HEADING, "Tasse\nBesondere Merkmale: keine", "Besondere Merkmale: keine"),
    (Noise.HEADING, "mug. Size: none, it is small", "Size:"),
    (Noise.HEADING, "red mug, brand: Ikea", "brand:"),
    (Noise.HEADING, "my mug colour: red", "colour:"),
    (Noise.HEADING, "tasse / couleur : rouge", "couleur :"),
    (Noise.PHONE, "mug, reception x-4471", "x-4471"),
    (Noise.CONTACT, "Case: INC-20391 | mug", "Case: INC-20391"),
    (Noise.THANKS, "mug, bump", "bump"),
    (Noise.TIME, "Tasse, halb sieben", "halb sieben"),
    (Noise.ID, "マグカップ 301号室", "301号室"),
    (Noise.CONTACT, "Priority: low | mug", "Priority: low"),
    (Noise.CONTACT, "mug\nContact: Anna at the desk", "Contact: Anna at the desk"),
    (Noise.CONTACT, "Tasse\nKontakt: Frau Meier", "Kontakt: Frau Meier"),
]


@for_each(("kind", "text", "noise"), CASES)
def test_noise_is_taken_out_and_named(kind: Noise, text: str, noise: str) -> None:
    cleaned = clean(text)
    assert cleaned.found == {kind: (noise,)}
    assert noise not in cleaned.text
    assert len(cleaned.text) < len(text)


@for_each(
    "text",
    [
        "blue mug with a chip",
        "I may have left my march band jacket",
        "bag.It is red",
        "Vestido de noche de seda a rayas",
        "camicia da notte da donna e ciabatte",
        "vestido de noite de seda e sapatos pretos",
        "chemise de nuit de soie au métro",
        "knight of the 12 and 13",
        "the night between library and gym",
        "Garmin Sat Nav",
        "red Sun umbrella",
        "Sun Records T-Shirt",
        "tote bag says Mon Dieu",
        "a tote bag, Sun on it",
        "rosa Kuscheltier, etwas so groß wie eine Hand",
        "a 3 in 1 charger: black",
        "hilfreiche Hinweise helfen",
        "ratio 2 of 3",
        "children's shoes, size 32",
        "bufanda de lana",
        "un sac à main",
        "Minolta X-700",
        "Fuji X100",
        "my fuji x100",
        "caméra Fuji X100 noire",
        "フジ X100 カメラ",
        "aparat Fuji x100",
        "Kamera Fuji X100, schwarz",
        "adidas ultra boost, size 42",
        "Phone in a box\nCase: blue silicone",
        "Ticket: monthly pass in a green sleeve",
        "Phone: black iPhone 12",
        "Handy: schwarzes Samsung",
    ],
)
def test_a_description_without_noise_stays_as_it_is(text: str) -> None:
    assert clean(text) == Cleaned(text, {}, ())


@pytest.mark.parametrize(
    "when", ["23.11. 18 Uhr", "23.11.18 Uhr", "23.11. 18:30 Uhr", "23.11. 18.30 Uhr", "23.11.18:30"]
)
def test_the_hour_after_a_date_is_no_year_and_leaves_no_watch(when: str) -> None:
    assert tokens(clean(f"Tasse, {when}").text) == ["tasse"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#lost #keys", ["keys"]),
        ("#Blue #mug #schoolboard", ["blue", "mug"]),
        ("my bag #please #sharethis", ["bag"]),
    ],
)
def test_a_hashtag_counts_as_a_word_if_it_is_a_thing_or_a_colour(text: str, words: list[str]) -> None:
    assert tokens(clean(text).text) == words


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("hello, evening dress", ", evening dress"),
        ("hello hello kitty purse", "hello kitty purse"),
        ("hey dude shoes, lost this evening", "hey dude shoes, lost"),
        ("hallo kitty rucksack", "hallo kitty rucksack"),
    ],
)
def test_names_that_begin_like_a_greeting_or_a_time_stay(text: str, kept: str) -> None:
    assert clean(text).text == kept


@for_each(
    ("text", "codes"),
    [
        ("laptop, serial number C02XK1ABCDE", ["C02XK1ABCDE"]),
        ("S/N: 4711-22", ["4711-22"]),
        ("IMEI 356938035643809", ["356938035643809"]),
        ("Fahrrad, Rahmennummer: WT 12", ["WT 12"]),
        ("headphones, serial JX 4471 B", ["JX 4471 B"]),
        ("IMEI 35 209900 176148 1, black", ["35 209900 176148 1"]),
        ("asset tag 4417 HP laptop", ["4417"]),
        ("frame number WSBC6021K L frame", ["WSBC6021K"]),
        ("Seriennummer 88-1234", ["88-1234"]),
        ("tag AB-1234 on it", ["AB-1234"]),
        ("Nr. 88213 steht drauf", ["88213"]),
        ("engraved with 2019", ["2019"]),
        ("graviert 4711", ["4711"]),
        ("numéro de série FR44821", ["FR44821"]),
        ("nº 88213 grabado", ["88213"]),
        ("シリアル番号：JP9921", ["JP9921"]),
        ("headphones WH-1000XM4", ["WH-1000XM4"]),
        ("inventory no. 5512", ["5512"]),
        ("room no. 204", []),
        ("tram no 123", []),
        ("Tel. Nr. 88213", []),
        ("size 42, 500ml, 64GB, 14h30, 20cm", []),
        ("iPhone13 or galaxy21", []),
        ("found 3 keys in 2026", []),
        ("https://example.com/AB-12345", []),
        ("ext. 88213", []),
        ("Yamaha X5000 keyboard", ["X5000"]),
        ("the 24-karat ring", []),
    ],
)
def test_numbers_count_where_they_look_like_a_serial_or_are_named_as_one(text: str, codes: list[str]) -> None:
    cleaned = clean(text)
    assert list(cleaned.serials) == codes
    assert all(code in cleaned.text for code in codes)


@given(st.text())
def test_any_text_can_be_cleaned_again_without_losing_its_serials(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.text) <= 2 * len(text)
    assert all(serial in text for serial in cleaned.serials)
