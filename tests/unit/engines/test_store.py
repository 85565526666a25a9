"""A fit written to a file and read back."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from metadx.cards.load import load_card
from metadx.designs.design import Design
from metadx.engines.fit import Fit, fit
from metadx.engines.settings import FitSettings
from metadx.errors import DataError
from metadx.studies.covariates import Categorical

ARRAYS = ("coefficients", "tau", "rho", "study_logits", "log_likelihood")
RAW = ("coefficients", "tau", "rho", "log_weights", "log_likelihood")


def same(one, two) -> None:
    """Compare two arrays bit for bit, type included."""
    if one is None or two is None:
        assert one is two
        return
    assert one.dtype == two.dtype
    assert one.shape == two.shape
    assert one.tobytes() == two.tobytes()


def assert_equal(one: Fit, two: Fit) -> None:
    for name in ARRAYS:
        same(getattr(one, name), getattr(two, name))
    if one.proposals is None:
        assert two.proposals is None
    else:
        for name in RAW:
            same(getattr(one.proposals, name), getattr(two.proposals, name))
    assert one.result.sample_stats.keys() == two.result.sample_stats.keys()
    for name, values in one.result.sample_stats.items():
        same(values, two.result.sample_stats[name])
    for name in ("settings", "engine", "checks", "notes", "title", "synthetic", "card", "table"):
        assert getattr(one, name) == getattr(two, name), name
    assert (one.table.source, one.table.sha256) == (two.table.source, two.table.sha256)
    assert list(one.table.covariates) == list(two.table.covariates)
    assert one.table.tp.dtype == two.table.tp.dtype


@pytest.fixture(scope="module")
def rich_fit(rich_table) -> Fit:
    fitted = fit(rich_table, "bivariate-binomial-n15", draws=1000, seed=12345)
    return replace(fitted, title='Ærø: "a" < b & c\nsecond line', synthetic=True)


def test_a_marginal_fit_comes_back_bit_for_bit(rich_fit, tmp_path):
    path = tmp_path / "new" / "folder" / "fit.nc"
    assert rich_fit.save(path) == path
    loaded = Fit.load(path)
    assert_equal(rich_fit, loaded)
    assert rich_fit.notes  # an arm is empty
    assert isinstance(loaded.table.covariates["threshold (µg/L)"], Categorical)
    assert loaded.table.covariates["threshold (µg/L)"].values == ("low", None, "hôch", "low")
    assert np.isnan(loaded.table.covariates["year"].values[1])
    same(loaded.new_study_logits(), rich_fit.new_study_logits())


def test_a_fit_without_effects_covariates_or_title_comes_back(telomerase_fit, tmp_path):
    bare = fit(telomerase_fit.table, draws=1000, study_effects=False)
    assert_equal(bare, Fit.load(bare.save(tmp_path / "fit.nc")))


@pytest.mark.parametrize("missing", ["drop", "level"])
def test_a_regression_comes_back_bit_for_bit(rich_table, tmp_path, missing):
    """Its design, groups and effects are worked out again from what was stored."""
    table = replace(rich_table, fn=np.array([3, 5, 2, 2]))
    fitted = fit(
        table, sens="~ `threshold (µg/L)`", spec="~ n_diseased_", missing=missing, draws=800
    )
    loaded = Fit.load(fitted.save(tmp_path / "fit.nc"))
    assert_equal(fitted, loaded)
    assert loaded.dropped == fitted.dropped
    assert bool(loaded.dropped) == (missing == "drop")
    assert loaded.effect_names == fitted.effect_names
    same(loaded.effects, fitted.effects)
    same(loaded.intercepts, fitted.intercepts)
    same(loaded.design.sens.matrix, fitted.design.sens.matrix)
    assert loaded.design.scaling == fitted.design.scaling
    assert loaded.design.remarks == fitted.design.remarks
    assert [group.label for group in loaded.groups] == [group.label for group in fitted.groups]
    for one, two in zip(loaded.groups, fitted.groups, strict=True):
        for name in ("mu", "tau", "rho", "new_logits", "studies"):
            same(getattr(one, name), getattr(two, name))


def test_a_fit_by_nuts_comes_back(rich_table, stub_result, tmp_path):
    result = stub_result(rich_table)
    report = replace(result.report, fell_back="the marginal engine failed: no mode")
    fitted = Fit(
        rich_table,
        load_card("bivariate-binomial"),
        Design.without_covariates(rich_table.n_studies),
        FitSettings("auto", 200, 3, True),
        replace(result, report=report),
    )
    loaded = Fit.load(fitted.save(tmp_path / "fit.nc"))
    assert_equal(fitted, loaded)
    assert loaded.result.sample_stats["diverging"].dtype == bool
    assert any("made by NUTS instead" in note.text for note in loaded.notes)


def test_extreme_numbers_come_back(telomerase_fit, tmp_path):
    report = replace(telomerase_fit.engine, pareto_k=-np.inf, log_evidence=None)
    fitted = replace(telomerase_fit, result=replace(telomerase_fit.result, report=report))
    assert_equal(fitted, Fit.load(fitted.save(tmp_path / "fit.nc")))


def test_what_was_loaded_can_be_saved_again(rich_fit, tmp_path):
    once = Fit.load(rich_fit.save(tmp_path / "one.nc"))
    assert_equal(rich_fit, Fit.load(once.save(tmp_path / "two.nc")))


def test_a_path_may_be_text(telomerase_fit, tmp_path):
    telomerase_fit.save(str(tmp_path / "fit.nc"))
    assert Fit.load(str(tmp_path / "fit.nc")).title == telomerase_fit.title


def test_a_file_is_replaced_as_a_whole(telomerase_fit, rich_fit, tmp_path):
    path = tmp_path / "fit.nc"
    telomerase_fit.save(path)
    rich_fit.save(path)
    assert_equal(rich_fit, Fit.load(path))
    assert [each.name for each in tmp_path.iterdir()] == ["fit.nc"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_failed_save_leaves_the_old_file_and_nothing_else(
    telomerase_fit, rich_fit, tmp_path, monkeypatch
):
    path = tmp_path / "fit.nc"
    telomerase_fit.save(path)
    before = path.read_bytes()

    def fill_the_disk(self, target, **options):
        target.write_bytes(b"half a file")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xr.DataTree, "to_netcdf", fill_the_disk)
    with pytest.raises(OSError, match="No space left"):
        rich_fit.save(path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["fit.nc"]


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(DataError, match=r"absent\.nc: there is no such file"):
        Fit.load(tmp_path / "absent.nc")


def test_a_file_that_is_no_netcdf_is_refused(tmp_path, telomerase_fit):
    whole = telomerase_fit.save(tmp_path / "whole.nc").read_bytes()
    for name, content in {
        "text.nc": b"study,tp,fp,fn,tn\n",
        "empty.nc": b"",
        "cut.nc": whole[: len(whole) // 2],
    }.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(DataError, match=rf"{name}: not a NetCDF file"):
            Fit.load(path)


def test_a_netcdf_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "other.nc"
    xr.Dataset({"x": ("i", [1.0])}).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(
        DataError, match=r"other\.nc: not a fit .*no format mark; wanted metadx/fit/2"
    ):
        Fit.load(path)
    xr.DataTree(xr.Dataset(attrs={"format": "metadx/fit/9"})).to_netcdf(path, engine="h5netcdf")
    with pytest.raises(DataError, match=r"metadx/fit/9; wanted metadx/fit/2"):
        Fit.load(path)


def test_a_fit_without_a_part_is_refused(tmp_path, telomerase_fit):
    tree = telomerase_fit.tree
    del tree["log_likelihood"]
    path = tmp_path / "part.nc"
    tree.to_netcdf(path, engine="h5netcdf")
    with pytest.raises(DataError, match=r"part\.nc: the fit is incomplete: .*log_likelihood"):
        Fit.load(path)
