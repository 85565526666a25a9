"""A saved agreement fit comes back bit for bit, and other files are refused."""

from dataclasses import replace

import numpy as np
import pytest

import metadx
from metadx.engines.agreement.record import from_record, to_record
from metadx.engines.agreement.store import load_agreement_fit
from metadx.engines.result import Note
from metadx.errors import DataError


@pytest.fixture(scope="module")
def fitted():
    table = metadx.load_agreement("xeromammograms").table
    rows = tuple(replace(table.rows[0], finding=name) for name in ("masses", "lime"))
    made = metadx.fit_agreement(replace(table, rows=rows), draws=400, seed=7)
    notes = (*made.notes, Note("somewhere", "Ünïcode, and a line\nfeed"))
    return replace(made, notes=notes, title="Twice", synthetic=True, synthetic_note="made up")


@pytest.fixture(scope="module")
def again(fitted, tmp_path_factory):
    path = tmp_path_factory.mktemp("fit") / "deep" / "fit.nc"
    assert fitted.save(path) == path
    assert [file.name for file in path.parent.iterdir()] == ["fit.nc"]
    return load_agreement_fit(path)


def test_every_draw_comes_back(fitted, again):
    for name in ("z", "cells", "kappa_coded", "accuracy_factor", "predicted_kappa"):
        np.testing.assert_array_equal(getattr(again, name), getattr(fitted, name))
    assert set(again.hyper) == {"mu", "sd_finding", "sd_row"}
    assert set(again.effects) == {"finding", "row"}
    for name in ("hyper", "effects"):
        kept, saved = getattr(again, name), getattr(fitted, name)
        assert all(np.array_equal(kept[key], saved[key]) for key in saved)
    assert again.loadings is None


def test_everything_said_comes_back(fitted, again):
    same = ("card", "settings", "engine", "checks", "notes", "evidence")
    same += ("title", "synthetic", "synthetic_note")
    for name in same:
        assert getattr(again, name) == getattr(fitted, name), name
    assert repr(again) == repr(fitted)


def test_table_and_audit_come_back(fitted, again):
    assert (
        to_record((again.table, again.audit)).plain == to_record((fitted.table, fitted.audit)).plain
    )
    counts = again.table.rows[0].counts
    np.testing.assert_array_equal(counts, fitted.table.rows[0].counts)
    assert counts.dtype == fitted.table.rows[0].counts.dtype
    assert again.audit.rows[0].verdict == "table known"


def test_long_arrays_are_kept_beside_the_text():
    audit = metadx.audit_agreement(metadx.load_agreement("xeromammograms").table)
    tables = np.arange(3000, dtype=np.int32).reshape(-1, 5, 5)
    known = replace(audit.rows[0].remaining, tables=tables)
    record = to_record((known, {"a": np.array([1.5])}))
    assert {name: array.shape for name, array in record.arrays.items()} == {"array_0": (120, 5, 5)}
    back, mapping = from_record(record)
    np.testing.assert_array_equal(back.tables, tables)
    assert mapping["a"].tolist() == [1.5]


def test_what_has_no_place_in_a_record_is_refused():
    with pytest.raises(TypeError, match="a set has no place"):
        to_record({1, 2})


def test_the_tree_serves_arviz(fitted):
    import arviz as az

    tree = fitted.tree
    assert {"posterior", "observed_data", "constant_data", "posterior_predictive"} <= set(tree)
    assert tree["posterior"]["cells"].dims == (
        *("chain", "draw", "row", "category_a", "category_b"),
    )
    assert tree.attrs["card_sha256"] == fitted.card.sha256
    assert tree.attrs["data_sha256"] == fitted.table.sha256
    assert tree["posterior"]["finding_level"].to_numpy().tolist() == ["masses", "lime"]
    assert tree["posterior"]["row"].to_numpy().tolist() == ["masses", "lime"]
    summary = az.summary(tree, var_names=["z"], ci_prob=0.9)
    assert float(summary["mean"].iloc[0]) == pytest.approx(fitted.z[..., 0].mean(), abs=1e-6)


def test_another_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="there is no such file"):
        load_agreement_fit(tmp_path / "nowhere.nc")
    text = tmp_path / "text.nc"
    text.write_text("kappa")
    with pytest.raises(DataError, match="not a NetCDF file"):
        load_agreement_fit(text)
    accuracy = metadx.fit(metadx.load_dataset("telomerase"), draws=400)
    with pytest.raises(DataError, match="not an agreement fit that this version reads"):
        load_agreement_fit(accuracy.save(tmp_path / "accuracy.nc"))


def test_a_fit_with_something_missing_is_refused(fitted, tmp_path):
    tree = fitted.tree
    del tree.attrs["said"]
    tree.to_netcdf(tmp_path / "part.nc", engine="h5netcdf")
    with pytest.raises(DataError, match="incomplete: said is missing"):
        load_agreement_fit(tmp_path / "part.nc")
