"""`metadx new`: a review from nothing to its first answer, by the commands it names itself."""

import re
import shlex

import pytest


def test_the_way_from_nothing_to_an_answer(cli, tmp_path):
    made = cli("new", "my review", "--title", "Nodule test")
    assert (made.status, made.err) == (0, "")
    said = " ".join(made.out.split())
    assert said.startswith("my review: made with review.toml, studies.csv.")
    empty = cli("check", "my review")
    assert empty.status == 2
    assert "studies.csv: only a header (row 1) and no studies below it" in empty.err
    assert "- review.question: the question of the review, in one sentence\n" in empty.out
    # The command that it proposes is the one that works.
    proposed = re.search(r"metadx (add .* --tn \d+) - metadx check", said)[1]
    added = cli(*shlex.split(proposed))
    assert (added.status, added.err) == (0, "")
    assert "It is the first study of this review." in added.out
    assert "The answer (median and 95 % interval)" in added.out
    assert "Fewer than 4 studies: much of this is prior-led." in added.out
    checked = cli("check", "my review")
    assert checked.status == 1  # one study: the prior decides about the spread
    assert "Not filled in yet in review.toml" in checked.out
    assert "analysis.prevalence" in checked.out
    assert cli("run", "my review", "--quick", "--quiet").status == 0


def test_what_is_filled_in_is_not_asked_for(cli):
    assert cli("new", "r", "--from", "iqcode-dementia").status == 0
    checked = cli("check", "r")
    assert "Not filled in yet" not in checked.out
    assert cli("check", "iqcode-dementia").out == checked.out


def test_a_review_of_agreement(cli):
    made = cli("new", "r", "--kind", "agreement")
    assert made.status == 0
    assert "Type what the papers print into r/agreement.csv." in " ".join(made.out.split())
    assert cli("check", "r").status == 2


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["there"], "there: exists already and is left as it is"),
        (["r", "--from", "anti-cpp"], "no shipped review of that name"),
        (["r", "--from", ""], "--from is empty"),
        ([""], "FOLDER is empty"),
        (["r", "--kind", "other"], "--kind 'other': wanted accuracy or agreement"),
    ],
)
def test_bad_usage_is_refused(cli, tmp_path, arguments, wanted):
    there = tmp_path / "here" / "there"
    there.mkdir()
    done = cli("new", *arguments)
    assert (done.status, done.out) == (2, "")
    assert wanted in done.err
    assert [path.name for path in there.parent.iterdir()] == ["there"]
