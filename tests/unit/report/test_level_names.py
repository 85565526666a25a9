import pytest

from metadx.report.level_names import short_names, without_covariate


def test_names_that_fit_are_left_alone():
    assert short_names(["a", "not reported"], 12) == ["a", "not reported"]


def test_a_long_name_is_cut_at_its_end():
    assert short_names(["Retrospective cohort", "b"], 14) == ["Retrospective…", "b"]
    assert short_names(["Retro cohort study", "b"], 7) == ["Retro…", "b"]


def test_names_that_begin_alike_keep_their_ends():
    names = ["convolutional network, 2D", "convolutional network, 3D"]
    assert short_names(names, 15) == ["convolu…ork, 2D", "convolu…ork, 3D"]


def test_names_alike_at_both_ends_are_numbered():
    names = [
        "a very long beginning, one, a very long end",
        "a very long beginning, two, a very long end",
    ]
    assert short_names(names, 12) == ["1 a very lo…", "2 a very lo…"]


@pytest.mark.parametrize("limit", [8, 11, 20])
def test_no_two_are_ever_alike_nor_too_long(limit):
    names = [f"{start} of the same {end}" for start in "ab" for end in ("kind", "sort", "k")]
    short = short_names(names, limit)
    assert len(set(short)) == len(names)
    assert max(map(len, short)) <= limit


def test_the_covariate_is_left_out_where_the_title_says_it():
    assert without_covariate("setting = screening", "setting") == "screening"
    assert without_covariate("setting = screening", "set") == "setting = screening"
    assert without_covariate("screening", "setting") == "screening"
