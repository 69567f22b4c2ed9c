"""Ids sort by time, never repeat, and need no escaping anywhere."""

import os
import re

import pytest

from crossroads.ids import DRAWN_AT_ONCE, new_id


def test_an_id_has_the_shape_that_clients_know():
    assert re.fullmatch(r"gen-1795564800-[A-Za-z0-9_-]{20}", new_id("gen", 1_795_564_800.9))


def test_ids_sort_by_their_second():
    seconds = [1_795_564_800 + step for step in (0, 1, 9, 10, 99, 100, 86_400)]
    ids = [new_id("gen", second) for second in seconds]
    assert sorted(ids) == ids


def test_ids_of_one_second_differ_in_all_their_characters():
    ids = {new_id("gen", 0.0) for _ in range(2_000)}
    assert len(ids) == 2_000
    for place in range(-20, 0):
        assert len({one[place] for one in ids}) == 64


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_forked_process_gives_out_no_id_of_its_parent():
    new_id("gen", 1)  # so that some are drawn ahead
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, new_id("gen", 1).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read) as theirs:
        assert theirs.read() not in {new_id("gen", 1) for _ in range(2 * DRAWN_AT_ONCE)}
