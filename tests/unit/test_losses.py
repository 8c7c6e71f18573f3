"""Which texts among the lost things read as somebody's loss."""

from reunite.text.losses import reads_as_loss
from tests.support.tables import for_each


@for_each(
    "text",
    [
        "I lost my black umbrella", "black umbrella", "wireless earbuds in a white charging case",
        "brown teddy with a light blue hat or bow on its head", "peluche ours marron avec un noeud bleu",
        "Has my son's teddy turned up? Brown, one ear missing",
        "Has anyone handed in a blue water bottle?", "Lost my keys near the gym, thanks!",
        "Meine Brille ist weg", "Hat jemand eine graue Mütze gesehen?",
        "Me dejé la chaqueta en el gimnasio", "Quelqu'un a pris mon sac par erreur ?",
        "Ho dimenticato l'ombrello sul treno", "青い傘を見ませんでしたか", "Ik ben mijn sleutels kwijt",
        "Czy ktoś widział niebieski plecak?", "Cadê meu casaco? É azul", "谁拿错了我的水杯？",
    ],
)  # fmt: skip
def test_a_loss_is_read_as_one(text: str) -> None:
    assert reads_as_loss(text)


@for_each(
    "text",
    [
        "blue umbrella, broken handle", "black backpack with a broken zip",
        "Blue water bottle with stickers, thank you",
        "Black puffer jacket (size M) - please help, thank you!!", "cute pink pencil case",
        "Red gloves, need them tomorrow", 'Silver ring, engraved "Love"',
        "It's a blue umbrella, that's all I know", "Blauer Schirm, Griff kaputt",
        "süße rosa Mütze mit Bommel", "kleine graue Tasche, Liebe Grüße",
        "Blauer Schal, unser Kind braucht ihn morgen", "青い傘です。連絡ください",
        "白い傘、教えてください", "Doudou lapin, belle étiquette", "Casaco preto, sua etiqueta é azul",
        "Zwarte muts, neem contact op", "Plecak czarny, bardzo ładny", "mochila negra, muy bonita",
        "红色水杯，上面有可爱的猫",
    ],
)  # fmt: skip
def test_descriptions_that_praise_or_thank_are_losses(text: str) -> None:
    assert reads_as_loss(text)


@for_each(
    "text",
    [
        "青い傘を落としました。見つかりましたらご連絡ください",
        "青い傘を落としました。見つけましたら教えてください",
        "青い傘です。見つかりましたらご連絡いただけると助かります", "傘の忘れ物はありましたか",
        "我丢了一把黑色雨伞，如果找到了请联系我", "Got my phone stolen at the gym",
        "My blue bag hasn't turned up", "Lost: black umbrella. Please tell me if it has been found.",
        "lost my phone, got my laptop though", "Brille verloren, bisher nicht wieder aufgetaucht",
        "Ich habe es wieder geschafft, meinen Schlüssel zu verlieren",
        "Zwarte muts verloren. Wie ze vindt kan bij mij terecht",
        "Czarny plecak. Jeśli się znalazł, dajcie znać", "Meu casaco ainda não apareceu",
        "J'ai perdu mes clés. Si quelqu'un a retrouvé mes clés, dites-le",
    ],
)  # fmt: skip
def test_losses_that_speak_of_being_found_are_losses(text: str) -> None:
    assert reads_as_loss(text)


@for_each(
    "text",
    [
        "Any sign of a blue umbrella?", "Does anyone have a black umbrella?", "Black umbrella, anyone?",
        "Blauer Schirm?", "Wo ist der blaue Rucksack?", "Liegt bei euch ein grauer Schal?",
        "¿Dónde está mi mochila?", "¿Alguien tiene mi mochila?", "Où est ma veste ?", "Où sont mes clés ?",
        "Quelqu'un aurait une écharpe rouge ?", "Alguém está com um casaco preto?",
        "Avete per caso una sciarpa blu?", "鍵どこ？",
    ],
)  # fmt: skip
def test_questions_are_losses(text: str) -> None:
    assert reads_as_loss(text)


@for_each(
    "text",
    [
        "Никто не видел синий рюкзак?", "Где мой рюкзак?", "У кого мой шарф?",
        "Ніхто не бачив чорну парасольку?", "파란 우산 보신 분 있나요?", "제 열쇠 어디 있나요?",
    ],
)  # fmt: skip
def test_questions_in_other_scripts_are_losses(text: str) -> None:
    assert reads_as_loss(text)


@for_each(
    "text",
    [
        "Danke im Voraus! Ich habe meinen Schirm verloren", "Thanks in advance: I lost my black umbrella",
        "Gracias de antemano, perdí mi mochila", "Merci d'avance, j'ai perdu mon écharpe",
        "Super wichtig: Schlüssel verloren!",
    ],
)  # fmt: skip
def test_losses_after_thanks_are_losses(text: str) -> None:
    assert reads_as_loss(text)


@for_each(
    "text",
    [
        "lost my job badge", "lost my voice recorder", "Lost the train tickets in a red folder",
        "lost the final exam calculator", "lost the race number and the jacket", "lost the signal whistle",
        "Lost the match and my blue bottle", "perdí el juego de llaves", "perdi o jogo de chaves",
        "perdí el tren y mi mochila azul", "Perdí el tren de juguete rojo",
    ],
)  # fmt: skip
def test_things_called_like_what_is_lost_figuratively_are_losses(text: str) -> None:
    assert reads_as_loss(text)


@for_each(
    "text",
    [
        "has anyone found my keys", "who found my keys please call", "I want my bag back", "Linda's bag",
        "Ich habe meinen Schirm im Bus", "black bag, zip on the back", "beautiful scarf, from the gym",
        "lovely umbrella from the library", "nice watch gone", "such a fancy hat, lost it",
        "Ring, sehr schön, mit Gravur", "mein schöner Hut ist weg", "schöne Kette mit Herz", "cool bag",
        "pretty necklace with a heart", "hübsche Brille in der Mensa",
        "lost the game, and my bottle is gone", "Nice hat? Anyone?", "Keys to house, found on a red ring",
        "calculator found in the exam hall", "Trouvé: un parapluie rouge",
        "かわいい猫のぬいぐるみです", "可爱的小猫玩偶，蓝色",
    ],
)  # fmt: skip
def test_doubtful_texts_are_losses(text: str) -> None:
    assert reads_as_loss(text)


@for_each(
    "text",
    [
        "Nice hat!", "what a cool bag", "Der Hut steht dir gut", "schöner Hut!", "cute dog btw",
        "That's a lovely bag!", "Schöne Mütze!", "¡Qué bonita mochila!", "Joli chapeau !",
        "Bellissima quella borsa!", "その帽子かわいいね", "この帽子いいな", "这顶帽子真酷", "Leuke tas!",
        "Ładna torba!", "Ale czapka!", "Que bolsa linda!", "好漂亮的包！", "such a fancy hat",
    ],
)  # fmt: skip
def test_mere_praise_is_no_loss(text: str) -> None:
    assert not reads_as_loss(text)


@for_each(
    "text",
    [
        "Found my keys, thanks everyone!", "Wallet found!", "Keys found, thanks all",
        "Schlüssel gefunden!", "Sac retrouvé !", "Chave encontrada", "Klucze znalezione", "找到钥匙了",
        "鍵あった", "鍵、見つかりました", "Danke, mein Rucksack ist wieder da",
        "Got my keys back, they were in the car", "my bag turned up", "Keys were found, thank you!",
        "Mijn sleutels zijn terecht!",
    ],
)  # fmt: skip
def test_what_its_owner_has_again_is_no_loss(text: str) -> None:
    assert not reads_as_loss(text)


@for_each(
    "text",
    [
        "I lost the game last night", "lost my job", "lost the match", "perdí el juego", "perdí el tren",
        "Das Spiel verloren!", "perdi o ônibus", "thanks everyone",
    ],
)  # fmt: skip
def test_losing_what_is_no_thing_is_no_loss(text: str) -> None:
    assert not reads_as_loss(text)


@for_each(
    "text",
    [
        "Umbrella stand is full", "The umbrella stand is full", "Der Schirmständer ist voll", "傘立てがいっぱいです",
        "Thanks for the umbrella!", "Danke für den Schirm!", "Merci pour le parapluie !", "Gracias por el paraguas",
        "Grazie per l'ombrello", "Bedankt voor de paraplu", "Dzięki za parasol!", "Obrigado pelo guarda-chuva",
        "傘をありがとう！", "谢谢你的伞",
    ],
)  # fmt: skip
def test_thanks_for_a_thing_and_a_full_one_are_no_losses(text: str) -> None:
    assert not reads_as_loss(text)


@for_each(
    "text",
    [
        "thanks for the umbrella, I lost mine",
        "black wallet, is empty",
        "my wallet is empty",
        "the purse is empty",
        "Mi cartera está vacía",
        "傘 ありがとうございます",
        "Thanks, still missing my umbrella",
        "Umbrella stand",
    ],
)
def test_a_thing_that_is_missed_is_a_loss_also_with_thanks(text: str) -> None:
    assert reads_as_loss(text)
