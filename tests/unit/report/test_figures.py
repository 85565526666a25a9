"""Names of figures and fits in a result folder."""

import re

import pytest

from metadx.report import folder
from metadx.report.figures import slugs


def test_names_that_differ_in_signs_only_stay_apart():
    assert slugs(["age = <50", "age = ≥50", "age = 50"]) == ("age-50", "age-50-2", "age-50-3")
    assert slugs(["A b", "a-b", "a b 2"]) == ("a-b", "a-b-2", "a-b-2-2")


def test_a_name_is_never_empty_nor_a_path():
    assert slugs(["../../etc", "///", "…"]) == ("etc", "covariate", "covariate-2")
    assert slugs(["検査 = 有"]) == ("検査-有",)


def test_long_names_make_files_that_a_folder_takes(tmp_path):
    for part in slugs(["検" * 300, "x" * 300, "x" * 301]):
        (tmp_path / f"forest-by-{part}.svg").write_text("")
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    "name",
    [
        *("contrasts.csv", "fit-setting-ward-2.nc", "sroc-by-検査.png", "bubble-log-n.pdf"),
        *("sroc-setting-by-itself.svg", "coefficients.svg", "fit.nc", "fit-pooled.nc"),
    ],
)
def test_every_file_of_a_result_goes_with_it(name):
    assert re.fullmatch(folder._OWN, name)


@pytest.mark.parametrize("name", ["notes.txt", "contrasts.xlsx", "my-forest.svg", "data.nc"])
def test_files_of_the_user_are_kept(name):
    assert not re.fullmatch(folder._OWN, name)
