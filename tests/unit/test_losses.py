"""Which texts among the lost things read as somebody's loss."""

from reunite.text.losses import reads_as_loss
from tests.support.tables import for_each


@for_each(
    "text",
    [
        "I lost my black umbrella",
        "black umbrella",
        "wireless earbuds in a white charging case",
        "brown teddy with a light blue hat or bow on its head",
        "peluche ours marron avec un noeud bleu",
        "Has my son's teddy turned up? Brown, one ear missing",
        "Has anyone handed in a blue water bottle?",
        "Lost my keys near the gym, thanks!",
        "Meine Brille ist weg",
        "Hat jemand eine graue Mütze gesehen?",
        "Me dejé la chaqueta en el gimnasio",
        "Quelqu'un a pris mon sac par erreur ?",
        "Ho dimenticato l'ombrello sul treno",
        "青い傘を見ませんでしたか",
        "Ik ben mijn sleutels kwijt",
        "Czy ktoś widział niebieski plecak?",
        "Cadê meu casaco? É azul",
        "谁拿错了我的水杯？",
    ],
)
def test_a_loss_is_read_as_one(text: str) -> None:
    assert reads_as_loss(text)


@for_each(
    "text",
    [
        "thanks everyone",
        "Nice hat!",
        "That's a lovely bag!",
        "Thanks for the umbrella!",
        "Got my keys back, they were in the car",
        "I lost the game last night",
        "Umbrella stand is full",
        "Whose turn is it to bring the ball?",
        "Schöne Mütze!",
        "Wer bringt morgen den Ball mit?",
        "Danke, mein Rucksack ist wieder da",
        "¡Qué bonita mochila!",
        "Joli chapeau !",
        "Bellissima quella borsa!",
        "その帽子かわいいね",
        "鍵、見つかりました",
        "Leuke tas!",
        "Ładna torba!",
        "Que bolsa linda!",
        "好漂亮的包！",
    ],
)
def test_compliments_small_talk_and_what_is_back_are_no_losses(text: str) -> None:
    assert not reads_as_loss(text)
