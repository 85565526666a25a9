"""`metadx audit`, and reported figures in `metadx check` and `metadx run`."""

import pytest

TABLE = "study,tp,fp,fn,tn,reported_sens,reported_spec,reported_n,n_diseased"
ROWS = (
    *("Lee,20,5,4,60,,,,", "Kim,15,2,6,40,,,,", "Cho,33,9,3,80,,,,", "Abe,12,1,5,33,70.6%,,,"),
    "Ren,,,,,75.61%,65.71%,76,",
)


@pytest.fixture
def reported(tmp_path):
    """Write a table with rows added to the ones above."""

    def write(*rows):
        path = tmp_path / "studies.csv"
        path.write_text("\n".join([TABLE, *ROWS, *rows, ""]))
        return path

    return write


def words(text):
    return " ".join(text.split())


def test_the_table_behind_figures(cli):
    done = cli("audit", "--n", "76", "--sens", "75.61%", "--spec", "65.71%")
    assert (done.status, done.err) == (0, "")
    assert done.out == "One table fits: tp = 31, fp = 12, fn = 10, tn = 23.\n"


def test_pooled_figures(cli):
    figures = ("--sens", "88%", "--spec", "75%", "--lr-pos", "3.55", "--lr-neg", "0.16")
    done = cli("audit", *figures, "--dor", "22.4")
    assert done.status == 0
    assert "mutually possible, for example sens 0.881 with spec 0.752." in words(done.out)
    done = cli("audit", *figures, "--dor", "23.4")
    assert (done.status, done.err) == (1, "")
    assert "The figures cannot stand together." in done.out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "no figure to look at"),
        (("--sens", "high"), 'sens = "high" is not a number'),
        (("--sens", "1"), "may be a fraction or a per cent"),
        (("--auc", "0.9"), "No such option"),
    ],
)
def test_bad_figures_are_refused(cli, arguments, reason):
    done = cli("audit", *arguments)
    assert (done.status, done.out) == (2, "")
    assert reason in words(done.err)


def test_check_says_what_was_recovered(cli, reported):
    done = cli("check", reported())
    assert (done.status, done.err) == (0, "")
    said = words(done.out)
    assert '"Ren": counts recovered from sens = 75.61%, spec = 65.71%, n = 76' in said
    assert "No inconsistency found." in said
    done = cli("check", reported("Abo,,,,,90%,65.7%,135,100"))
    assert done.status == 0
    # 89.5 to 90.5 of 100 and 65.65 to 65.75 % of 35.
    assert '"Abo": counts recovered' in words(done.out)


def test_check_finds_a_figure_that_clashes_with_its_counts(cli, reported):
    done = cli("check", reported("Ohno,266,20,30,80,90%,72%,,"))
    assert done.status == 1
    assert '"Ohno": reported spec = 72% clashes with its counts, which give 80%' in words(done.out)


def test_check_refuses_a_row_that_no_table_fits(cli, reported):
    done = cli("check", reported("Odd,,,,,75.61%,65.71%,76,40"))
    assert (done.status, done.out) == (2, "")
    assert 'studies.csv, row 7 ("Odd"): no table fits the reported figures' in words(done.err)


def test_a_run_says_it_in_its_notes(cli, reported):
    done = cli("run", reported(), "--quick", "--json")
    assert done.status == 0
    notes = [note["text"] for note in done.json["notes"] if note["about"] == "counts"]
    assert len(notes) == 1
    assert notes[0].startswith("Ren: counts recovered from sens = 75.61%")
    assert notes[0].endswith("tp = 31, fp = 12, fn = 10, tn = 23 alone fits.")
