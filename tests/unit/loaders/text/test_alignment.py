from random import Random

from loaders.text.alignment import Gap, Run, WordIndex, align, differences, key_of, tokens, word_keys

PAGE = (
    "The lock keeper counted 1,204 barges in the spring and 987 in the autumn. Tolls rose to 12.5 guilders a barge, "
    "which Mrs Vermeulen called fair. The keeper's house was painted in the spring."
)


def keys(text: str) -> list[str]:
    return [token.key for token in tokens(text)]


def test_words_are_compared_without_case_marks_and_grouping() -> None:
    assert keys("The “ﬁnal” Keeper’s fee, o1-0912: 1,204.5¹") == [
        "the",
        "final",
        "keeper's",
        "fee",
        "o1",
        "0912",
        "1204.5",
    ]
    assert key_of("CO₂") == "co2"
    assert key_of("97.3") != key_of("973")
    assert keys("10⁶ and 320¹") == ["10", "and", "320"]
    assert keys("港口 fee") == ["港", "口", "fee"]


def test_the_words_of_a_page_are_numbered() -> None:
    assert word_keys(["o1-0912,", "—", "fee"]) == (["o1", "0912", "fee"], [0, 0, 2])


def test_one_changed_word_is_a_gap() -> None:
    said = keys(PAGE.replace("987", "937"))
    runs = align(said, keys(PAGE))
    at = said.index("937")
    assert differences(runs, len(said), len(said)) == [Gap((at, at + 1), (at, at + 1))]
    assert sum(run.size for run in runs) == len(said) - 1


def test_equal_texts_are_one_run_and_have_no_gap() -> None:
    words = keys(PAGE)
    assert align(words, words) == [Run(0, 0, len(words))]
    assert differences(align(words, words), len(words), len(words)) == []


def test_columns_read_in_another_order_are_found() -> None:
    left, right = keys(PAGE), keys("In winter the canal freezes for nine weeks, and skaters come from five towns.")
    runs = align(left + right, right + left)
    assert runs == [Run(0, len(right), len(left)), Run(len(left), 0, len(right))]
    assert differences(runs, len(left + right), len(left + right)) == []


def test_no_word_is_aligned_twice() -> None:
    random = Random(5)
    for _ in range(200):
        first = [random.choice("abcdefg") for _ in range(random.randint(0, 40))]
        second = [random.choice("abcdefg") for _ in range(random.randint(0, 40))]
        runs = align(first, second)
        for side in (0, 1):
            covered = [run[side] + n for run in runs for n in range(run.size)]
            assert len(covered) == len(set(covered))
        assert all(first[a : a + size] == second[b : b + size] for a, b, size in runs)


def test_a_quote_is_found_where_most_of_it_stands() -> None:
    page = WordIndex(keys(PAGE))
    place = page.find(keys("Tolls rose to 12.5 guilders"))
    assert place
    assert page.keys[place.start : place.end] == ["tolls", "rose", "to", "12.5", "guilders"]
    assert place.share == 1.0
    wrong = page.find(keys("Tolls rose to 13.5 guilders a barge"))
    assert wrong
    assert wrong.share == 6 / 7
    assert [part for part, _ in wrong.pairs] == [0, 1, 2, 4, 5, 6]
    assert "12.5" in page


def test_the_second_of_two_like_places_is_found_by_its_other_words() -> None:
    page = WordIndex(keys(PAGE))
    place = page.find(keys("was painted in the spring"))
    assert place
    assert place.end == len(page.keys)


def test_what_stands_nowhere_is_not_found() -> None:
    assert WordIndex(keys(PAGE)).find(keys("quarterly dividends")) is None
    assert WordIndex([]).find(keys("fee")) is None
    assert WordIndex(keys(PAGE)).find([]) is None
