"""Which texts read as somebody's find."""

from reunite.text.finds import reads_as_find
from tests.support.tables import for_each


@for_each(
    "text",
    [
        "found keys at the gym, they're at reception",
        "Schwarzer Regenschirm in Raum 204 gefunden",
        "Hab einen Schal gefunden, liegt auf meinem Schreibtisch",
        "Trouvé des clés à la cafétéria",
        "Encontré unas llaves en la cafetería",
        "Trovate delle chiavi in mensa, sono sulla mia scrivania",
        "体育館で鍵を拾いました",
        "在图书馆捡到一串钥匙",
        "Znalazłem klucze w stołówce",
        "Encontrei uma chave na cantina",
        "Sleutels gevonden in de kantine",
        "Picked up a blue scarf",
        "a black umbrella",
        "AirPods case, white",
        "Set of keys, three keys and a bottle opener",
        "Schwarzer Regenschirm",
        "paraguas negro",
        "parapluie noir",
        "黒い傘",
        "黑色雨伞",
        "Found a scarf, it's in my locker.",
        "vermisst wer seine airpods?",
        "qqn a perdu un doudou ? il est à l'accueil",
        "a alguien le falta un airpod?",
        "a chi mancano delle chiavi?",
        "komuś brakuje rękawiczki?",
        "Someone lost their scarf in room 3",
        "Found a hat in the gym. Whose is it?",
        "I put a scarf into the lost and found box",
        "Umbrella, gym",
        "Found a hat, looking for its owner",
        "Schwarzer Schirm gefunden, ich suche den Besitzer",
        "Klucze znalezione w stołówce, szukam właściciela",
        "鍵を拾いました。持ち主を探しています",
        "Trovato ombrello nero, ma senza custodia",
        "I left the keys at reception, found in room 4",
        "Encontré un paraguas hace un mes",
        "Mi sono imbattuto in un ombrello nero",
        "Found keys in the gym, anyone's?",
        "Schlüssel gefunden, wem gehören die?",
        "J'ai trouvé des clés, à qui sont-elles ?",
        "捡到一串钥匙，谁的？",
        "Lovely blue scarf on the bench by the pond",
        "Black wallet at reception, come and get it",
        "Schöne graue Mütze liegt am Empfang",
        "Alguien se dejó una mochila verde",
        "Joli parapluie oublié dans le train",
        "赤いマフラー、受付にあります",
        "Rugzak blijven liggen bij de bushalte",
        "Whose water bottle is this? It was on the bench",
        "Did someone lose a ring? Found by the sink",
        "Wem gehört dieser Schlüsselbund? Lag vor dem Aufzug",
        "Vermisst jemand eine Brille? Lag im Bus",
        "¿De quién es este paraguas? Apareció en el pasillo",
        "À qui est cette gourde ? Elle traînait sur une table",
        "Di chi è questa giacca?",
        "誰の傘ですか?玄関にありました",
        "Van wie is deze sjaal?",
        "Czyja to bluza? Wisi na korytarzu",
        "De quem é esta garrafa?",
        "谁的雨伞?在门口",
        "Schlüssel gefunden, hängen an meiner Tür",
        "Znalezione klucze, leżą przy mojej szafce",
        "Casio watch, silver",
        "Rote Brotdose, Aufkleber mit Dino",
        "Gants en laine gris",
        "青い水筒",
        "I have a red scarf here",
        "Red scarf here, ask me",
        "this jacket has been here since Monday",
        "just found this",
        "found this on the bench",
        "Das hier gefunden",
        "これ拾いました",
        "Dejé unas llaves en recepción",
        "Ho lasciato delle chiavi in portineria",
        "Hat jemand in der Mensa einen Schal vergessen? Liegt bei mir",
        "Der Schirm stand vor der Tür",
    ],
)
def test_a_find_is_read_as_one(text: str) -> None:
    assert reads_as_find(text)


@for_each(
    "text",
    [
        "mir fehlt eine mütze",
        "thanks!",
        "is this still here?",
        "Is the umbrella, the black one, still here?",
        "Where were the keys found?",
        "nice find",
        "Thanks for the umbrella!",
        "I lost my black umbrella",
        "Has anyone found a black umbrella?",
        "anyone seen a black scarf",
        "That's my umbrella!",
        "found my keys, thanks",
        "Lost: black umbrella",
        "Looking for a red hat",
        "Ist der Schirm noch da?",
        "Danke für den Schirm!",
        "Das ist mein Schirm!",
        "Habe meine Mütze verloren",
        "Merci pour le parapluie !",
        "J’ai perdu un parapluie",
        "¿Alguien ha visto un paraguas?",
        "Ho perso un ombrello",
        "È il mio ombrello!",
        "鍵をなくしました",
        "傘を見ましたか？",
        "我的雨伞不见了",
        "To moja czapka!",
        "Zgubiłem klucze",
        "Perdi meu guarda-chuva",
        "Ik ben mijn sjaal kwijt",
        "Ik ben mijn rode wollen sjaal kwijt",
        "Que bom que voltou",
        "Nice hat!",
        "that bag is ugly",
        "Ordered a new laptop yesterday",
        "So glad the keys are back at reception",
        "For sale: bike, at the school",
        "Super, dass der Schlüssel wieder da ist",
        "Die Schuhe sind echt teuer",
        "me encanta tu chaqueta",
        "Quel beau sac",
        "かわいい帽子ですね!",
        "Fajna czapka",
        "que mochila linda",
        "好漂亮的帽子",
        "Neues Handy!",
        "Laptop kaputt",
        "手机没电了",
        "Phone call in 5",
        "Coffee mug wash up rota",
        "Telefono scarico",
        "Bike stolen last night",
        "Fahrrad gestohlen vor der Bibliothek",
        "Me robaron la mochila en el metro",
        "On m'a volé mon sac",
        "Mi hanno rubato la bici",
        "Fiets gestolen bij het station",
        "Skradziono rower spod biblioteki",
        "Bicicleta roubada ontem",
        "自転車が盗まれた",
        "手机被偷了",
        "Olvidé mi paraguas en el bus",
        "Ho dimenticato l'ombrello sul treno",
        "Zapomniałem kurtki z szatni",
        "電車に傘を忘れました",
        "雨伞忘在教室了",
        "Ich habe meinen Schlüssel gefunden",
        "Znalazłam moją czapkę!",
        "He encontrado mis llaves, falsa alarma",
        "if you find an umbrella put it in the box by the door",
        "Falls jemand eine graue Mütze findet, bitte melden",
        "Si alguien encontró un anillo plateado escríbame",
        "Found the keys! They were in my bag the whole time",
        "Me alegra que las llaves estén en recepción",
        "Umbrella stand is full",
        "Der Schirmständer ist voll, Schirme bitte in die Garderobe",
        "Whose turn is it to bring the ball?",
        "C'est à qui de ramener le ballon ?",
        "found this article interesting",
        "Dejé mis llaves en recepción",
        "Les clés du local sont au secrétariat, comme d'habitude",
    ],
)
def test_chat_questions_and_losses_are_no_finds(text: str) -> None:
    assert not reads_as_find(text)


@for_each(
    "text",
    [
        "Wallet found, is empty", "Found a bottle, it is empty", "Found glasses. Case is empty",
        "Geldbörse gefunden, ist leer", "Trinkflasche gefunden, ist voll",
        "Rucksack, ist voll mit Büchern, lag im Bus", "portefeuille trouvé, il est vide",
        "Trovato portafoglio, è vuoto", "Portfel znaleziony, jest pusty", "Dejé unas llaves en recepción",
        "Ho lasciato delle chiavi in portineria", "Hat jemand einen Schal vergessen?",
        "Hat jemand den Schal hier vergessen?", "Did anyone leave a scarf in the gym?",
        "誰か傘を忘れましたか？", "Found this, not sure whose",
        "found this on the bench, anyone know whose it is?", "捡到这个，在图书馆", "Znalazłam to w szatni",
        "lag auf der Bank", "found on the bench", "trouvé dans le bus", "Trovato in biblioteca", "図書館で拾いました",
        "encontrado en la biblioteca", "encontrado na biblioteca", "gevonden in de trein", "znalezione w bibliotece",
        "在食堂捡到",
        "just found this", "Ein Fahrrad stand draußen", "Ein Koffer stand daneben",
    ],
)  # fmt: skip
def test_a_find_is_full_or_empty_or_has_no_name(text: str) -> None:
    assert reads_as_find(text)


@for_each(
    "text",
    [
        "Has anyone seen the black scarf I left in the gym",
        "Has anyone seen the black scarf I left in the gym?",
        "If anyone finds the umbrella I left on the bus please tell me",
        "Has anybody found the keys that I dropped",
        "Hat jemand den Schal gesehen, den ich in der Mensa verloren habe?",
        "Si alguien ha visto la bufanda que he perdido, por favor avise",
        "Qualcuno ha visto la sciarpa che ho dimenticato in palestra?",
        "Heeft iemand de sjaal gezien die ik in de trein heb verloren?",
        "Quem viu a mochila que minha filha esqueceu no ônibus?", "谁看到我丢的黑色钱包了",
        "有人捡到我掉在食堂的手机吗", "誰か私が図書館に忘れた傘を見ませんでしたか？",
        "誰か昨日忘れた傘を見た人いますか？",
        "Ho lasciato lo zaino in reception", "Deixei o guarda-chuva na recepção e sumiu",
        "Deixei um guarda-chuva na recepção e sumiu", "Dejé las llaves de mi coche en recepción",
        "Zostawiłem plecak na portierni", "Umbrella stand is full", "The lost and found box is full",
        "Die Fundkiste ist voll", "Found it in the library", "Ich lag auf der Bank", "lag",
        "lo encontré en la biblioteca",
    ],
)  # fmt: skip
def test_a_question_about_the_authors_own_loss_is_no_find(text: str) -> None:
    assert not reads_as_find(text)


@for_each("text", ["Who left this scarf?", "who forgot their umbrella?", "Who left their headphones on the bus?"])
def test_who_left_a_thing_is_asked_by_its_finder(text: str) -> None:
    assert reads_as_find(text)


@for_each(
    "text",
    [
        "Who found my scarf?",
        "Who has seen the scarf I left?",
        "Who left the kettle on?",
        "who left the bag open?",
        "who forgot the password for the laptop?",
        "Who lost weight with this watch?",
    ],
)
def test_other_questions_with_who_are_no_finds(text: str) -> None:
    assert not reads_as_find(text)


@for_each(
    "text",
    [
        "found left glove, slightly dirty", "Left airpod found, case open", "Found jacket. Left pocket is open",
        "Found: wallet left open", "Someone left their backpack unzipped and open", "gloves left here, dirty",
        "Someone left a laptop here with the screen on", "Found AirPods, left one is dirty",
    ],
)  # fmt: skip
def test_a_left_one_and_one_left_open_are_finds(text: str) -> None:
    assert reads_as_find(text)
