import csv
import io
import math

import pandas as pd

from metadx.report.tables import HEADER, summary_csv


def read(found):
    return pd.read_csv(io.StringIO(summary_csv(found)))


def test_pandas_reads_every_number_back(found):
    table = read(found).set_index(["group", "quantity"])
    assert tuple(read(found).columns) == HEADER
    for name, values in found["parameters"].items():
        for key in ("mean", "sd", "median", "lower", "upper"):
            assert table.loc[("parameters", name), key].item() == values[key]
    row = table.loc[("all", "ppv")]
    assert row["prevalence"].item() == 0.1
    assert row["upper"].item() == 0.64
    assert table.loc[("all", "lr_pos"), "prob"].item() == 0.95
    assert len(table) == len(found["parameters"]) + len(found["groups"][0]["estimands"])


def test_the_level_is_that_of_what_stands_in_the_row(found):
    found["settings"]["prob"] = 0.5
    table = read(found).set_index("quantity")
    assert table.loc["sens", "prob"] == 0.5
    assert table.loc["region_area_prediction", "prob"] == 0.95
    assert table.loc["region_area_prediction", "median"] == 0.123
    assert table.loc["i2_higgins_sens", "median"] == 0.755
    assert math.isnan(table.loc["i2_higgins_sens", "prob"])
    assert math.isnan(table.loc["pauc_range", "prob"])
    assert list(table.loc["pauc_range", ["lower", "upper"]]) == [0.02, 0.31]


def test_what_is_not_identified_is_an_empty_cell(found):
    estimands = found["groups"][0]["estimands"]
    estimands |= dict.fromkeys(("sens", "ppv", "pauc_range", "region_area_credible"))
    estimands["dor"] |= {"mean": None, "sd": None}
    found["parameters"]["rho"] = None
    rows = {row["quantity"]: row for row in csv.DictReader(io.StringIO(summary_csv(found)))}
    numbers = ("mean", "sd", "median", "lower", "upper")
    for name in ("sens", "ppv", "pauc_range", "region_area_credible", "rho"):
        assert [rows[name][key] for key in numbers] == [""] * 5
    assert [rows["dor"][key] for key in numbers] == ["", "", "36.0", "15.0", "99.4"]
