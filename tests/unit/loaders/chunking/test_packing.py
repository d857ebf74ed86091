from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from loaders.chunking.packing import MAX_TOKENS, UNIT_TOKENS, SentenceSize, pack_chunks, pack_rows, pack_units


@given(st.lists(st.builds(SentenceSize, st.integers(1, 200), st.booleans(), st.booleans()), max_size=60))
def test_packing_covers_every_line_once_and_units_move_on(lines: list[SentenceSize]) -> None:
    chunks = pack_chunks(lines)
    assert [i for start, stop in chunks for i in range(start, stop)] == list(range(len(lines)))
    assert all(sum(line.tokens for line in lines[a:b]) <= MAX_TOKENS for a, b in chunks)
    units = pack_units(lines)
    assert all(a < b for a, b in units)
    assert all(before[1] < after[1] and before[0] < after[0] for before, after in pairwise(units))
    assert all(sum(line.tokens for line in lines[a:b]) <= UNIT_TOKENS + 200 for a, b in units)


@given(st.lists(st.integers(1, 300), max_size=60), st.integers(200, 500))
def test_rows_are_packed_once_each_and_within_the_room(tokens: list[int], room: int) -> None:
    ranges = pack_rows(tokens, room)
    assert [i for start, stop in ranges for i in range(start, stop)] == list(range(len(tokens)))
    assert all(sum(tokens[a:b]) <= room or b == a + 1 for a, b in ranges)
