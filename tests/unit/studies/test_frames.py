import pandas as pd
import pytest

from metadx.errors import DataError
from metadx.studies.read import read_table
from metadx.studies.review import load_dataset


def test_a_shipped_table_survives_the_way_through_a_data_frame():
    table = load_dataset("lung-nodules-dwi-mri").table
    frame = table.to_frame()
    assert list(frame.columns[:5]) == ["study", "tp", "fp", "fn", "tn"]
    again = read_table(frame)
    assert again.study == table.study
    for name in ("tp", "fp", "fn", "tn"):
        assert (getattr(again, name) == getattr(table, name)).all()
    assert set(again.covariates) == set(table.covariates)


def test_a_missing_count_in_a_data_frame_is_an_error_that_names_its_row():
    frame = pd.DataFrame(
        {"study": ["Lee 2003", "Kim 2019"], "tp": [68, None], "fp": 1, "fn": 2, "tn": 3}
    )
    with pytest.raises(DataError, match=r'data frame, row 3 \("Kim 2019"\): tp'):
        read_table(frame)


def test_floats_that_are_whole_are_taken():
    frame = pd.DataFrame({"study": ["Lee 2003"], "tp": [68.0], "fp": 1, "fn": 2, "tn": 3})
    assert read_table(frame).tp.tolist() == [68]
