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
        "Found a scarf, it's in my locker.",
        "Someone lost their scarf in room 3",
        "a black umbrella",
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
    ],
)
def test_a_find_is_read_as_one(text: str) -> None:
    assert reads_as_find(text)


@for_each(
    "text",
    [
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
        "Que bom que voltou",
    ],
)
def test_chat_questions_and_losses_are_no_finds(text: str) -> None:
    assert not reads_as_find(text)
