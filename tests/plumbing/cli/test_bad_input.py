"""Bad input and usage: exit status 2, one message that helps, nothing written or changed."""

import pytest

from metadx.resources import models_dir

HEADER = "study,tp,fp,fn,tn\n"
GOOD = f"{HEADER}Li 2001,20,5,4,60\n"
ROW = 'studies.csv, row 3 ("Kim 2019")'


def kim(counts):
    return f"{GOOD}Kim 2019,{counts}\n"


TABLES = {
    "missing count": (kim("31,,3,40"), [ROW, "fp is missing", "drop the row"]),
    "negative": (kim("31,-2,3,40"), [ROW, 'fp = "-2"', "negative", "correct the count"]),
    "fraction": (kim("31,2.5,3,40"), [ROW, 'fp = "2.5"', "whole number", "correct the count"]),
    "text": (kim("31,many,3,40"), [ROW, 'fp = "many"', "not a number", "in digits"]),
    "infinite": (kim("31,inf,3,40"), [ROW, 'fp = "inf"', "not finite", "correct the count"]),
    "above 2^31": (kim("31,2147483649,3,40"), [ROW, "fp = 2147483649", "(2^31)", "correct"]),
    "both arms empty": (kim("0,0,0,0"), [ROW, "tp, fp, fn and tn", "drop the row"]),
    "empty file": ("", ["studies.csv is empty", "wanted a header row"]),
    "header only": (HEADER, ["studies.csv", "only a header (row 1)"]),
    "binary": (bytes(range(256)), ["studies.csv is a binary file", "CSV (UTF-8) or XLSX"]),
    "wrong header": ("study,a,b,c,d\nx,1,2,3,4\n", ["studies.csv: no column for tp", "true pos"]),
    "duplicate labels": (
        "study,test,tp,fp,fn,tn\nLi,CT,2,3,4,5\nLi,MRI,2,3,4,6\n",
        ["studies.csv: rows 2 and 3", '"Li"', "--label study,test"],
    ),
    "group sizes": (
        "study,tp,fp,fn,tn,n_diseased\nLi 2001,20,5,4,60,24\nKim 2019,31,2,3,40,28\n",
        [ROW, "tp = 31 exceeds n_diseased = 28", "check the columns tp, fn"],
    ),
}
OPTIONS = {
    "label": (["--label", "study,reader"], ["studies.csv", 'no column "reader"', "study, tp"]),
    "model": (["--model", "bivariate-binomal"], ["no model card", "Did you mean"]),
    "engine": (["--engine", "mcmc"], ["engine = 'mcmc'", "auto, marginal, nuts"]),
    "prob": (["--prob", "95"], ["--prob 95", "0.95 (not 95)"]),
    "prob nan": (["--prob", "nan"], ["--prob nan", "between 0 and 1"]),
    "prevalence": (["--prevalence", "10"], ["--prevalence 10", "0.1 (not 10)"]),
    "prevalence 0": (["--prevalence", "0.1", "--prevalence", "0"], ["--prevalence 0:"]),
    "draws": (["--draws", "10"], ["draws = 10", "from 100"]),
    "draws in words": (["--draws", "many"], ["'--draws'"]),
    "seed": (["--seed", "-1"], ["seed = -1", "at least 0"]),
    "formula": (["--sens", "~ year"], ['formula "~ year"', "It has no covariates"]),
    "subgroup": (["--subgroup", "year"], ['subgroup "year"', "no categorical covariate"]),
    "values without a formula": (["--at", "year=2003"], ["only where a formula has them"]),
    "unknown option": (["--figure"], ["No such option: --figure"]),
}
REVIEWS = {
    "unknown key": ('[review]\ntitle = "x"\nquestoin = "y"\n', ["review.questoin: unknown key"]),
    "no TOML": ("[review\n", ["review.toml is not valid TOML", "line 1"]),
    "deep": ('[review]\ntitle = "x"\n[analysis]\nprob = 95\n', ["analysis.prob: found 95"]),
    "agreement": ('[review]\ntitle = "x"\nkind = "agreement"\n', ["no table of ratings"]),
    "formula": (
        '[review]\ntitle = "x"\n[analysis]\nsens = "~ year"\n',
        ['mine/review.toml: analysis.sens: formula "~ year"', "It has no covariates"],
    ),
    "unknown model": (
        '[review]\ntitle = "x"\n[analysis]\nmodel = "mine"\n',
        ["review.toml: analysis.model: no model card 'mine'", "bivariate-binomial"],
    ),
}

COVARIATES = """\
[review]
title = "Five studies"
[columns.site]
kind = "categorical"
meaning = "where"
[columns.double]
kind = "categorical"
meaning = "the same once more"
[columns.year]
kind = "continuous"
meaning = "when"
[columns.age]
kind = "continuous"
meaning = "mean age"
[columns.remark]
kind = "note"
meaning = "free text"
"""
STUDIES = """\
study,tp,fp,fn,tn,site,double,year,age,remark
Li 2001,20,5,4,60,ward,in,2001,50,x
Kim 2003,15,2,6,40,ward,in,2003,,y
Ho 2005,33,9,3,80,clinic,out,2005,61,z
Ali 2008,12,1,5,33,clinic,out,2008,58,x
Roy 2010,40,6,10,90,ward,in,2010,49,y
"""
SITE = ["--sens", "~ site"]
FORMULAS = {
    "unknown covariate": (["--spec", "~ sites"], ["sites", "did you mean site?"]),
    "note column": (["--sens", "~ remark"], ["remark", 'kind "note"', '"categorical"']),
    "no formula": (["--sens", "~ site +"], ["~ site +"]),
    "empty formula": (["--sens", ""], ["formula"]),
    "collinear": (["--sens", "~ site + double"], ["sensitivity", "site", "double"]),
    "too many": (["--sens", "~ site + year + C(age) + log(year)", "--missing", "drop"], ["sens"]),
    "missing values": (
        ["--sens", "~ age"],
        ["studies.csv", "age is missing in 1 of 5", "Kim 2003"],
    ),
    "missing number as level": (["--sens", "~ age", "--missing", "level"], ["Kim 2003", "drop"]),
    "missing policy": ([*SITE, "--missing", "ignore"], ["'ignore'", "error, drop, level"]),
    "missing policy alone": (["--missing", "ignore"], ["'ignore'", "error, drop, level"]),
    "subgroup of numbers": (["--subgroup", "year"], ['"year" is continuous', "site"]),
    "unknown subgroup": (["--subgroup", "ward"], ['"ward"', "double"]),
    "unknown level": ([*SITE, "--at", "site=wards"], ['"wards"', 'Did you mean "ward"']),
    "a name alone": ([*SITE, "--at", "ward"], ["--at 'ward'", "NAME=VALUE"]),
    "set twice": ([*SITE, "--at", "site=ward,site=clinic"], ["site is set twice"]),
    "not in a formula": ([*SITE, "--at", "year=2003"], ["year stands in neither formula"]),
    "no number": (["--sens", "~ year", "--at", "year=new"], ["year", '"new" is not a number']),
    "no such name beside one": (
        [*SITE, "--at", "site=ward,yaer=3"],
        ['"yaer" is no covariate', "did you mean year"],
    ),
    "no such name": ([*SITE, "--at", "place=ward"], ["place", "no covariate"]),
}


def files(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def refused(cli, tmp_path, small):
    """Expect a refusal, without an earlier result and with one."""

    def check(path, *options, wanted):
        out = tmp_path / "out" / "r"
        arguments = ("run", path, "--quick", *options, "--out", out)
        first = cli(*arguments)
        assert not out.parent.exists(), "something was written"
        assert cli("run", small, "--quick", "--out", out).status == 0
        before = files(tmp_path)
        for done in (first, cli(*arguments)):
            assert done.status == 2
            assert done.out == ""
            assert "Traceback" not in done.err
            assert done.err.count("metadx: ") <= 1
            unboxed = " ".join(done.err.replace("│", " ").split())
            for part in wanted:
                assert part in unboxed, unboxed
        assert files(tmp_path) == before, "an earlier result was touched"

    return check


@pytest.mark.parametrize("name", TABLES)
def test_a_bad_table_is_refused(refused, tmp_path, name):
    content, wanted = TABLES[name]
    table = tmp_path / "studies.csv"
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(table, wanted=wanted)


@pytest.mark.parametrize("name", OPTIONS)
def test_a_bad_option_is_refused(refused, tmp_path, name):
    options, wanted = OPTIONS[name]
    table = tmp_path / "studies.csv"
    table.write_text(GOOD)
    refused(table, *options, wanted=wanted)


@pytest.mark.parametrize("name", REVIEWS)
def test_a_bad_review_is_refused(refused, tmp_path, name):
    toml, wanted = REVIEWS[name]
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "studies.csv").write_text(GOOD)
    (folder / "review.toml").write_text(toml)
    refused(folder, wanted=wanted)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_bad_question_about_covariates_is_refused(refused, tmp_path, name):
    options, wanted = FORMULAS[name]
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "studies.csv").write_text(STUDIES)
    (folder / "review.toml").write_text(COVARIATES)
    refused(folder, *options, wanted=wanted)


def test_a_wrong_value_is_refused_before_anything_is_fitted(cli, tmp_path, monkeypatch):
    (tmp_path / "studies.csv").write_text(STUDIES)
    (tmp_path / "review.toml").write_text(COVARIATES)

    def never(*_, **__):
        raise AssertionError("a fit was made")

    monkeypatch.setattr("metadx.engines.analysis.fit", never)
    done = cli("run", tmp_path, "--quick", *SITE, "--at", "site=moon")
    assert (done.status, done.out) == (2, "")
    assert '"moon" is no level' in done.err


def test_a_wrong_card_is_refused_with_the_path_into_it(refused, tmp_path):
    shipped = (models_dir() / "bivariate-binomial.toml").read_text(encoding="utf-8")
    card = tmp_path / "card.toml"
    card.write_text(shipped.replace("sd = 1.5", "sd = -1.5"), encoding="utf-8")
    table = tmp_path / "studies.csv"
    table.write_text(GOOD)
    wanted = ["card.toml: parameters.tau.prior.sd", "-1.5", "greater than 0"]
    refused(table, "--model", card, wanted=wanted)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("nowhere.csv", ["nowhere.csv: there is no such file or folder", "metadx datasets"]),
        ("a/b", ["a/b: there is no such file or folder"]),
        ("anti-cpp", ["anti-cpp: there is no such file", "did you mean anti-ccp"]),
        ("", ["PATH is empty"]),
        ("x" * 300, ["xxx: "]),
    ],
)
def test_a_path_that_is_not_there_is_refused(refused, path, wanted):
    refused(path, wanted=wanted)


def test_a_result_is_not_taken_for_a_review(cli, small):
    assert cli("run", small, "--quick", "--out", "r").status == 0
    done = cli("run", "r", "--quick")
    assert done.status == 2
    assert "r: is a result of metadx, not a review" in done.err


def test_a_message_cannot_steer_the_terminal(cli, tmp_path):
    table = tmp_path / "studies.csv"
    table.write_text(f"{GOOD}Kim\x1b[31m,1,2,3,x\x1b]0;title\x07\n")
    done = cli("run", table, "--quick")
    assert done.status == 2
    assert "\x1b" not in done.err
    assert "\x07" not in done.err


@pytest.mark.parametrize("command", ["check", "run"])
def test_both_commands_refuse_alike(cli, tmp_path, command):
    table = tmp_path / "studies.csv"
    table.write_text(kim("31,,3,40"))
    done = cli(command, table)
    assert done.status == 2
    assert done.err.startswith(f"metadx: {ROW}: fp is missing")


@pytest.mark.parametrize("value", ["80%", "0,8", "0.1 0.2", ""])
def test_a_prevalence_that_is_no_number_is_named_with_what_is_wanted(cli, value):
    done = cli("run", "telomerase", "--quick", "--prevalence", value)
    assert done.status == 2
    message = " ".join(done.err.replace("│", " ").split())
    assert f"{value!r}: wanted a number between 0 and 1, such as 0.8" in message


def test_help_has_a_short_name(cli):
    assert cli("run", "-h").out == cli("run", "--help").out != ""
