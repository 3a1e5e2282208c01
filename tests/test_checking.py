"""Sentences about the sample archive that a model might write: those its columns bear out, and those they do not."""

from pathlib import Path

import pytest

from columnbot import ColumnBot, build_index
from columnbot.checking import QUICK, READ, Verdict, check_sentence
from columnbot.claims import claims_cause, denials, folded_words, names_of, opposed, stands_in, turned
from columnbot.embedding import Embedder, Reader, open_reader
from columnbot.errors import ModelUnavailable
from columnbot.figures import calendar_of, figures_of, missing_figures
from columnbot.index import Index
from columnbot.judging import open_judge
from columnbot.passages import Passage

BOLTS = "2012-11-22-twitteren-over-bouten.md"
KEYS = "2019-12-19-de-sleutels-van-anton.md"
LUNCH = "2017-03-30-een-lunch-van-twintig-minuten.md"


@pytest.fixture(scope="module")
def index(bot: ColumnBot) -> Index:
    return bot.index


def passages_with(index: Index, path: str, words: str) -> list[Passage]:
    found = [index.passages[number] for number in range(len(index))]
    return [passage for passage in found if passage.article.path == path and words in passage.text]


@pytest.fixture(params=["read", "quick"])
def reader(request: pytest.FixtureRequest) -> Reader | None:
    return open_reader() if request.param == "read" else None


def check(
    index: Index, embedder: Embedder, path: str, words: str, written: str, reader: Reader | None = None
) -> Verdict:
    return check_sentence(written, passages_with(index, path, words), embedder, index, reader=reader)


TRUE = (
    (KEYS, "Eenendertig sleutels", "Eenendertig sleutels, op een ring die ooit van een koe is geweest."),
    (KEYS, "Eenendertig sleutels", "Anton had 31 sleutels aan een ring die eerder van een koe was."),
    (KEYS, "60 procent", "Sofie krijgt nu zestig procent van de aandelen, en vijf jaar lang telkens 8 procent."),
    (LUNCH, "Op 10 november", "Op 10 november kwam Anton van Dalen met soep."),
    (LUNCH, "214 foutleveringen", "In 2016 waren er 214 foutleveringen."),
    (BOLTS, "Wij twitteren", "Daphne, een stagiaire van twintig, stuurt drie berichten per dag."),
)  # fmt: skip
FALSE = (
    ("number", KEYS, "Eenendertig sleutels", "Anton had 41 sleutels aan een ring die eerder van een koe was."),
    ("number", KEYS, "60 procent", "Sofie krijgt nu zeventig procent van de aandelen."),
    ("number", LUNCH, "Op 10 november", "Op 10 oktober kwam Anton van Dalen met soep."),
    ("name", LUNCH, "Op 10 november", "Op 10 november kwam Willem Jansen met soep."),
    ("name", BOLTS, "Wij twitteren", "In Zwolle stuurt Daphne, een stagiaire van twintig, drie berichten per dag."),
    ("denial", LUNCH, "Op 10 november", "Op 10 november kwam Anton van Dalen niet met soep."),
    ("meaning", KEYS, "60 procent", "De koffieautomaat is al weken stuk."),
)


@pytest.mark.parametrize(("path", "words", "written"), TRUE)
def test_what_a_column_says_is_borne_out_in_its_words_and_in_others(index, embedder, reader, path, words, written):
    verdict = check(index, embedder, path, words, written, reader)
    assert verdict.supported and verdict.chance >= (READ if reader else QUICK).sure_enough and verdict.reason is None


@pytest.mark.parametrize(("reason", "path", "words", "written"), FALSE)
def test_what_a_column_does_not_say_is_not_borne_out_and_the_verdict_says_why(
    index, embedder, reader, reason, path, words, written
):
    verdict = check(index, embedder, path, words, written, reader)
    assert not verdict.supported and verdict.chance < (READ if reader else QUICK).sure_enough
    assert verdict.reason == reason


def test_a_verdict_names_the_number_or_the_name_that_the_source_does_not_have(index, embedder):
    assert check(index, embedder, KEYS, "60 procent", "Sofie krijgt nu 70 procent van de aandelen.").words == (
        "70 procent",
    )
    assert check(index, embedder, LUNCH, "Op 10 november", "Op 10 november kwam Willem Jansen met soep.").words == (
        "Willem",
        "Jansen",
    )


def test_a_sentence_may_rest_on_one_of_several_passages(index, embedder):
    cited = passages_with(index, LUNCH, "Op 10 november") + passages_with(index, KEYS, "60 procent")
    assert check_sentence("Op 10 november kwam Anton van Dalen met soep.", cited, embedder, index).supported


def test_the_year_and_author_of_a_column_are_known_though_its_text_does_not_name_them(index, embedder):
    written = "In 2017 schreef de Redactie dat Anton van Dalen op 10 november met soep kwam."
    assert check(index, embedder, LUNCH, "Op 10 november", written).reason not in ("number", "name")


def test_a_passage_without_a_telling_word_bears_out_nothing(tmp_path, embedder):
    (tmp_path / "nu.md").write_text("# Nu dan?\n\nHet is zo. Dat was het. Wat is dat?", encoding="utf-8")
    build_index(tmp_path, tmp_path / "index")
    index = ColumnBot.open(tmp_path / "index").index
    for written in ("Anton kwam.", "Anton kwam op zondag met soep.", "Het is zo."):
        check_sentence(written, [index.passages[0]], embedder, index)
    assert not check_sentence("Anton kwam op zondag met soep.", [index.passages[0]], embedder, index).supported


def test_a_sentence_that_cites_nothing_or_says_nothing_is_a_mistake_of_the_caller(index, embedder):
    with pytest.raises(ValueError, match="cites nothing"):
        check_sentence("Anton kwam met soep.", [], embedder, index)
    with pytest.raises(ValueError, match="without words"):
        check_sentence("…", passages_with(index, KEYS, "60 procent"), embedder, index)


@pytest.mark.parametrize(
    ("text", "values"),
    (
        ("zevenentwintig van de 1.250 mensen", [27, 1250]),
        ("2½ jaar en 3 1⁄4 procent", [2.5, 3.25]),
        ("vier miljoen euro, 16,7 procent en drieduizend dagen", [4e6, 16.7, 3000]),
        ("de tweeëntwintigste, vierdejaars en in de jaren '90", [22, 4, 90]),
        ("seven hundred of twenty-one thousand", [700, 21000]),
        ("een van de eerste, ten eerste", []),
        ("the eighth of the twentieth, and forty-eighth", [8, 20, 48]),
        ("the twenty-first, the thirty-second and the fifty-third", [21, 32, 53]),
        ("1 miljoen euro, een miljard en één duizend", [1e6, 1e9, 1000]),
        ("one million, a billion, half a million", [1e6, 1e9]),
        ("1 dag, een week, een van de 0 miljoen", []),
    ),
)
def test_numbers_are_read_in_figures_and_in_words(text, values):
    assert [figure.value for figure in figures_of(text)] == values


def test_a_number_of_another_unit_is_another_number():
    assert missing_figures("het duurt vijf dagen", "dat duurt 5 weken") == ["vijf dagen"]
    assert missing_figures("het duurt vijf weken", "dat duurt 5 weken") == []


def test_a_million_is_no_billion():
    assert missing_figures("het kost een miljard", "dat kost 1 miljoen euro") == ["een miljard"]
    assert missing_figures("In 2012 kwamen er duizend bezoekers.", "Er kwamen in 2012 duizend bezoekers.") == []
    assert missing_figures("1500 euro", "vijftienhonderd euro") == []
    assert missing_figures("om 10:30 uur", "om 10.30 uur") == []
    assert missing_figures("1,5 jaar en 5 miljoen", "anderhalf jaar en 5 mln") == []
    assert missing_figures("€ 1250,50", "€ 1.250,50") == []
    assert missing_figures("it cost one million euros", "a million euros") == []


def test_names_are_words_with_a_capital_that_does_not_open_the_sentence():
    assert names_of("Met Offerpop kan iedereen in Utrecht het. Daarna kwam Femke Halsema.") == [
        "Offerpop", "Utrecht", "Femke", "Halsema",
    ]  # fmt: skip


def test_jan_is_a_name_and_no_month():
    assert calendar_of("Volgens Jan was het in januari.") == {"januari"}
    assert names_of("Volgens Jan is het onzin.") == ["Jan"]
    assert names_of("He wrote in May that it was over.") == []
    assert calendar_of("He wrote in May that it was over.") == {"mei"}


@pytest.mark.parametrize(
    ("name", "text", "there"),
    [
        ("Anne", "De plannen van de mannen", False),
        ("Hans", "thans", False),
        ("Utrechtse", "in Utrecht", True),
        ("Twitter", "een Twitteraccount", True),
    ],
)
def test_a_name_stands_at_the_head_of_a_word_and_not_somewhere_in_it(name, text, there):
    assert stands_in(name, folded_words(text)) is there


def test_a_cause_is_claimed_by_want_in_dutch_only():
    assert claims_cause("Hij stopte, want het was te duur.")
    assert not claims_cause("They want more readers.")


def test_a_sentence_is_turned_round_by_a_denial_put_in_or_taken_out():
    assert turned("Het was geen succes.") == "Het was een succes."
    assert turned("Het was een succes.") == "Het was niet een succes."
    assert turned("Niemand leest nog blogs.") == "iedereen leest nog blogs."
    assert turned("He can't win.") == "He can win."
    assert turned("Nooit ging hij terug.") == "ging hij terug."
    assert turned("Hij is nergens.") == "Hij is overal."
    assert denials("Niet alleen hier, maar nooit zonder reden.") == 2


def test_opposites_are_seen_where_one_text_has_the_one_and_the_other_the_other():
    assert list(opposed("Hij komt altijd.", "Hij komt nooit.")) == ["altijd"]
    assert not list(opposed("Hij komt altijd.", "Hij komt altijd, zij nooit."))
    assert not list(opposed("Later kwam hij terug.", "Ik vroeg of ik terug mocht komen."))
    assert not list(opposed("He left the company.", "It was the right moment."))
    assert not list(opposed("De column laat zien dat het helpt.", "Hij vroeg zich af of het hielp."))
    for one, other in (
        ("hoog", "laag"),
        ("groot", "klein"),
        ("snel", "traag"),
        ("duur", "goedkoop"),
        ("laat", "vroeg"),
    ):
        assert list(opposed(f"Het was {one}.", f"Het was {other}.")) == [one]


class Strict:
    """A judge that finds nothing to follow from anything."""

    def entails(self, source: str, written: str) -> float:
        return 0.0 if source and written else 1.0


def test_a_judge_can_find_against_a_sentence_that_the_rest_lets_pass(index, embedder):
    _, words, written = TRUE[0]
    verdict = check_sentence(written, passages_with(index, KEYS, words), embedder, index, judge=Strict())
    assert not verdict.supported and verdict.reason == "judge"


def make_cross_encoder(folder: Path, labels: dict[int, str]) -> Path:
    """A real cross-encoder, untrained and tiny."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "soep", "sleutels", "anton"]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=512, id2label=labels, label2id={label: number for number, label in labels.items()},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_a_cross_encoder_judges_by_the_label_of_entailment(tmp_path):
    labels = {0: "contradiction", 1: "entailment", 2: "neutral"}
    judge = open_judge(str(make_cross_encoder(tmp_path / "nli", labels)))
    assert 0 < judge.entails("Anton kwam met soep.", "Er was soep.") < 1


def test_a_model_that_is_not_there_or_judges_something_else_is_an_error_that_says_so(tmp_path):
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        open_judge(str(tmp_path / "nothing"))
    with pytest.raises(ModelUnavailable, match="does not judge entailment"):
        open_judge(str(make_cross_encoder(tmp_path / "other", {0: "spam", 1: "ham"})))
