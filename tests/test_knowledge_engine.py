"""The engine's parts: other readings, synonyms, outcomes, weights learned from the past, limits of time."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import readings, reasons
from knowledge.fusion import Tried, Weights, fit
from knowledge.index import Index
from knowledge.lessons import pieces
from knowledge.network import Network, Row, panel
from knowledge.outcome import Outcome, proven
from knowledge.runs import GRAM, Counter, coded, cut, numbered
from knowledge.suggest import Article, Engine
from knowledge.synonyms import Synonyms
from knowledge.tokens import read
from knowledge.vocabulary import Vocabulary

TEXTS = {
    "bill": ("پرداخت قبض برق", "قبض برق را از درگاه پرداخت بپردازید؛ مهلت قبض ده روز است."),
    "pass": ("تمدید گذرنامه", "برای تمدید گذرنامه عکس و رسید هزینه لازم است."),
    "birth": ("شناسنامه المثنی", "برای گرفتن شناسنامه به ادارهٔ ثبت احوال بروید."),
    "water": ("Water bill", "Pay your water bill online. Late payments are charged a fee."),
}


def engine() -> Engine[str]:
    made: Engine[str] = Engine()
    for key, (title, body) in TEXTS.items():
        made.put(Article(id=key, title=title, body=body, language="en" if key == "water" else "fa"))
    return made


READ_AS = {
    "finglish": ("ghabz bargh", "bill"),
    "finglish with vowels": ("tamdid gozarname", "pass"),
    "finglish, other spelling": ("tamdide gozarnameh", "pass"),
    "finglish of a long word": ("shenasname almosana", "birth"),
    "persian typed on the english layout": ("fvr ,rfq", "bill"),
    "persian typed on the english layout, capitals": ("jlndn 'bvkhli", "pass"),
    "english typed on the persian layout": ("صشفثق زهمم", "water"),
}


@pytest.mark.parametrize("label", READ_AS)
def test_a_question_that_says_nothing_as_it_is_written_is_read_otherwise(label: str) -> None:
    question, wanted = READ_AS[label]
    best = engine().suggest(question)[0]
    assert best.id == wanted and best.read_as and best.read_as != question


@pytest.mark.parametrize("question", ["پرداخت قبض برق", "water bill", "late payments fee", "گذرنامه"])
def test_a_question_that_is_understood_is_taken_as_written(question: str) -> None:
    assert engine().suggest(question)[0].read_as == ""


@given(text=st.text(max_size=80) | st.text(alphabet="ghabzsheo'aei 37", max_size=400))
@settings(max_examples=60, deadline=None)
def test_other_readings_take_any_text(text: str) -> None:
    assert all(isinstance(each, str) and each for each in readings.others(text, lambda word: len(word) > 3))


def test_spellings_are_bounded() -> None:
    began = time.process_time()
    assert 1 <= len(readings.spellings("zazazazazazazazazazazaza")) <= 600
    assert time.process_time() - began < 0.5


def test_synonyms_of_both_languages_find_the_article_and_can_be_taken_back() -> None:
    made = engine()
    assert not [each for each in made.suggest("پاسپورت") if each.id == "pass" and not each.weak]
    made.understand(Synonyms([["پاسپورت", "گذرنامه", "passport"], ["سجل", "شناسنامه"]]))
    assert made.suggest("پاسپورت")[0].id == "pass" and made.suggest("my passport")[0].id == "pass"
    assert made.suggest("سجل")[0].id == "birth"
    made.understand(Synonyms())
    assert not [each for each in made.suggest("پاسپورت") if each.id == "pass" and not each.weak]


def test_a_phrase_has_synonyms_too() -> None:
    made: Engine[int] = Engine()
    made.put(Article(id=1, title="کارت ملی", body="صدور کارت ملی"))
    made.put(Article(id=2, title="کارت بانکی", body="صدور کارت بانک"))
    made.understand(Synonyms([["national id", "کارت ملی"]]))
    assert made.suggest("lost my national id")[0].id == 1


def test_a_word_itself_goes_before_its_synonym() -> None:
    made: Engine[int] = Engine()
    made.put(Article(id=1, title="fee", body="x"))
    made.put(Article(id=2, title="charge", body="x"))
    made.understand(Synonyms([["fee", "charge"]]))
    assert [each.id for each in made.suggest("charge")] == [2, 1]


def test_odd_groups_of_synonyms_are_left_out() -> None:
    odd = Synonyms([[], ["", "!!"], ["یک"], ["a b c d e f g h", "x"], ["گذرنامه"] * 50])
    assert odd.widen(read("گذرنامه")).asked == read("گذرنامه").asked
    assert len(Synonyms([["a1", f"b{n}"] for n in range(5_000)])) < 5_000


OUTCOMES = {
    "nothing known": (None, 1.0, 1.0),
    "never shown": (Outcome(shown=0, resolved=0, usual=0.5), 1.0, 1.0),
    "usual": (Outcome(shown=100, resolved=50, usual=0.5), 1.0, 1.0),
    "one lucky contact": (Outcome(shown=1, resolved=1, usual=0.5), 1.0, 1.01),
    "much better": (Outcome(shown=500, resolved=500, usual=0.4), 1.1, 1.3),
    "much worse": (Outcome(shown=500, resolved=0, usual=0.6), 0.7, 0.9),
    "more resolved than shown": (Outcome(shown=5, resolved=50, usual=0.5), 1.0, 1.1),
}


@pytest.mark.parametrize("label", OUTCOMES)
def test_outcomes_count_as_far_as_there_is_evidence(label: str) -> None:
    outcome, least, most = OUTCOMES[label]
    assert least <= proven({} if outcome is None else {"a": outcome}, "a") <= most


def test_what_resolved_more_goes_first_among_equals() -> None:
    made: Engine[int] = Engine()
    for number in (1, 2):
        made.put(Article(id=number, title="پروانهٔ ساخت", body="مدارک لازم"))
    assert [each.id for each in made.suggest("پروانه ساخت")] == [1, 2]
    made.weigh({2: Outcome(shown=60, resolved=54, usual=0.5)})
    best = made.suggest("پروانه ساخت")[0]
    assert best.id == 2 and best.outcome is not None and best.outcome.resolved == 54
    assert made.suggest("گذرنامه") == []


def test_weights_follow_what_was_right() -> None:
    chance = random.Random(1)
    by_text, by_lessons = [], []
    for _ in range(80):
        right = chance.randrange(3)
        telling = [1.0 if at == right else 0.2 for at in range(3)]
        noise = [chance.random() for _ in range(3)]
        by_text.append(Tried(parts=tuple((telling[at], noise[at], noise[at]) for at in range(3)), right=right))
        by_lessons.append(Tried(parts=tuple((noise[at], telling[at], noise[at]) for at in range(3)), right=right))
    one, other = fit(by_text, Weights()), fit(by_lessons, Weights())
    assert one.text / one.lessons > 1 > other.text / other.lessons
    assert fit(by_text[:10], Weights(text=0.7)) == Weights(text=0.7)


def test_the_usual_balance_stays_unless_another_is_better_for_certain() -> None:
    agree = Tried(parts=((0.9, 0.9, 0.9), (0.1, 0.1, 0.1)), right=0)
    text_knows = Tried(parts=((1.0, 0.0, 0.0), (0.5, 0.3, 0.0)), right=0)  # right once text counts over 0.6
    usual = fit([agree] * 60, Weights(), usually=50)
    few = fit([agree] * 57 + [text_knows] * 3, Weights(), usually=50)
    assert few.text / few.lessons == usual.text / usual.lessons < 0.6
    many = fit([agree] * 40 + [text_knows] * 20, Weights(), usually=50)
    assert many.text / many.lessons > 0.6
    sparse = fit([agree] * 60, Weights(), usually=2)
    assert sparse.text > sparse.alike > sparse.lessons  # one other question tells little, the text much


@given(scores=st.lists(st.floats(0, 3), min_size=2, max_size=5),
       right=st.lists(st.booleans(), min_size=40, max_size=60))
@settings(max_examples=40, deadline=None)
def test_confidence_is_a_share_that_rises_with_the_score(scores: list[float], right: list[bool]) -> None:
    tried = [Tried(parts=((0.1 + at % 7 / 7, 0.2, 0.0), (0.1, 0.1, 0.1)), right=0 if good else None)
             for at, good in enumerate(right)]
    weights = fit(tried, Weights())
    told = [weights.confidence(score) for score in sorted(scores)]
    assert told == sorted(told) and all(0 <= each <= 1 for each in told)


@given(texts=st.lists(st.text(alphabet="ابپ تث", max_size=30), min_size=1, max_size=6), asked=st.text(alphabet="ابپ تث",
                                                                                                  max_size=20))
@settings(max_examples=80, deadline=None)
def test_runs_are_counted_as_one_would_by_hand(texts: list[str], asked: str) -> None:
    counts = Counter().count(coded(asked), [cut(text) for text in texts])
    runs = {asked[at : at + GRAM] for at in range(len(asked) - GRAM + 1)}
    for text, row in zip(texts, counts.tolist(), strict=True):
        by_hand = [sum(text[at : at + GRAM] == run for at in range(len(text))) for run in runs]
        assert sorted(row) == sorted(by_hand)


def test_odd_letters_have_runs_too() -> None:
    assert len(numbered(coded("a😀b\ud800"))) == 2 and len(numbered(coded("ab"))) == 0


def test_likes_of_a_word_do_not_hang_on_the_order_in_which_words_came() -> None:
    chance = random.Random(2)
    every = ["".join(chance.choices("ابپتس", k=chance.randint(4, 7))) for _ in range(800)]
    one, other = Vocabulary(), Vocabulary()
    for word in every:
        one.add(word)
    for word in [*every[::-1], "abc"]:
        other.add(word)
    other.drop("abc")
    for word in every[:40]:
        asked = word[:2] + "ش" + word[3:]
        assert one.near(asked) == other.near(asked)


def test_ranking_is_the_same_whatever_came_and_went_before() -> None:
    chance = random.Random(4)
    vocabulary = ["".join(chance.choices("ابپتثجچ", k=4)) for _ in range(60)]
    texts = {number: " ".join(chance.choices(vocabulary, k=12)) for number in range(300)}
    one: Index[int] = Index()
    other: Index[int] = Index()
    for number, text in texts.items():
        one.put(number, [(text, 1.0)])
    for number in chance.sample(sorted(texts), len(texts)):
        other.put(number, [("پیش از آن " + texts[number][::-1], 1.0)])
    for number in chance.sample(sorted(texts), len(texts)):
        other.put(number, [(texts[number], 1.0)])
    for _ in range(40):
        question = read(" ".join(chance.choices(vocabulary, k=3)))
        assert [m.key for m in one.search(question, 20)] == [m.key for m in other.search(question, 20)]


def test_training_goes_beside_questions_and_removals() -> None:
    made = engine()
    for n in range(30):
        made.learn(f"قبض برق ما نیامد {n}", "bill")
        made.learn(f"گذرنامه من دیر شد {n}", "pass")
    assert made.behind
    steps = made.train()
    next(steps)
    made.learn("آب خانه قطع است", "water")
    made.drop("pass")
    assert made.suggest("گذرنامه دیر شد")[0].id != "pass" if made.suggest("گذرنامه دیر شد") else True
    longest = 0.0
    while True:
        began = time.process_time()
        if next(steps, 1) == 1:
            break
        longest = max(longest, time.process_time() - began)
    assert longest < 0.5 and not made.behind
    assert made.suggest("قبض برق ما نیامد")[0].lessons > 0
    assert "pass" not in [each.id for each in made.suggest("گذرنامه من دیر شد")]
    assert made.suggest("آب خانه قطع است")[0].id == "water"


def test_what_came_after_the_training_counts_before_the_next_one() -> None:
    made = engine()
    history = [(f"{said} {n}", key) for n in range(40)
               for said, key in (("قبض برق ما نیامد", "bill"), ("گذرنامه من دیر شد", "pass"))]
    for _ in made.teach(history):
        pass
    for n in range(2):
        made.learn(f"پسرم تازه به دنیا آمده {n}", "birth")
    best = made.suggest("پسرم به دنیا آمده")[0]
    assert best.id == "birth" and best.alike > 0 and best.contacts == 2 and best.confidence >= 0.2


def test_wrong_labels_are_set_aside() -> None:
    made = engine()
    chance = random.Random(3)
    said = {"bill": "قبض برق مهلت پرداخت کنتور", "pass": "گذرنامه سفر عکس تمدید", "birth": "شناسنامه تولد نام نوزاد"}
    history = []
    for _ in range(240):
        key = chance.choice(list(said))
        label = chance.choice(list(said)) if chance.random() < 0.2 else key
        history.append((" ".join(chance.sample(said[key].split(), 3)), label))
    for _ in made.teach(history):
        pass
    assert made._lessons is not None and made._lessons.doubted >= 15
    assert all(made.suggest(words)[0].id == key for key, words in said.items())


def test_the_reason_tells_the_reading_and_what_became_of_it() -> None:
    made: Engine[int] = Engine()
    made.put(Article(id=7, title="پرداخت قبض برق", body="", language="fa"))
    made.weigh({7: Outcome(shown=12, resolved=9, usual=0.5)})
    told = reasons.told(reasons.kept(made.suggest("ghabz bargh")[0]))
    assert "قبض برق" in told["en"] and "Of 12 contacts it was shown for, 9 were resolved." in told["en"]
    assert "۱۲" in told["fa"] and "۹" in told["fa"]


@pytest.mark.parametrize("features", [[0, 1, 2, 3, 4, 5], [2, 0, 5, 4], [1], [4, 3], []])
def test_networks_judge_together_what_they_judge_on_average(features: list[int]) -> None:
    chance = np.random.default_rng(5)
    whole, early, late = (Network(first=chance.standard_normal((size, 4), dtype=np.float32),
                                  second=chance.standard_normal((4, 3), dtype=np.float32)) for size in (6, 4, 2))
    features = [each for each in features if each < 4] + [each for each in features if each >= 4]
    values = chance.random(6, dtype=np.float32)

    def alone(network: Network, seen: list[int], start: int) -> Any:
        return np.maximum(values[seen] @ network.first[[each - start for each in seen]], 0) @ network.second
    each = (alone(whole, features, 0), alone(early, [one for one in features if one < 4], 0),
            alone(late, [one for one in features if one >= 4], 4))
    found = panel(whole, early, late).judge(Row(features=np.array(features, dtype=np.int64), values=values[features]))
    assert found == pytest.approx(sum(each) / 3, rel=1e-2, abs=1e-2)


def test_lessons_tell_a_negation_from_what_it_denies() -> None:
    yes, no = pieces(read("پرداخت می‌شود")), pieces(read("پرداخت نمی‌شود"))
    again = pieces(read("پرداخت نمي شود"))
    assert set(yes.words) != set(no.words), "their stems are one"
    assert len(set(yes.words) & set(no.words)) < len(set(no.words))
    assert set(again.words) & set(no.words)
