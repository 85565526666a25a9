import json

import pytest

from metadx.report.simulated import write_study
from metadx.simulation.load import load_contrasts, load_coverage, load_sbc
from metadx.simulation.study import Finished


@pytest.fixture
def drawn(monkeypatch):
    """What the figures are asked for."""
    asked = {}

    def drawing(_record, **options):
        asked.update(options)

    def saving(_figure, stem):
        asked["stem"] = stem
        return [stem.with_suffix(".svg")]

    monkeypatch.setattr("metadx.plots.calibration.plot_sbc", drawing)
    monkeypatch.setattr("metadx.plots.coverage.plot_coverage", drawing)
    monkeypatch.setattr("metadx.plots.save.save_figure", saving)
    return asked


def changed(design, **update):
    return design.model_copy(update=update)


def test_a_calibration_is_drawn_with_the_bands_it_is_judged_by(drawn, tmp_path):
    design = load_sbc().design
    design = changed(design, require=changed(design.require, family_prob=0.9))
    record = {"kind": "sbc", "groups": [{"name": "a"}]}
    assert write_study(tmp_path, Finished(record, (), design)) == ("record.json", "calibration.svg")
    assert drawn == {"prob_family": 0.9, "stem": tmp_path / "calibration"}
    assert json.loads((tmp_path / "record.json").read_text()) == record
    assert [file.name for file in tmp_path.iterdir()] == ["record.json"]


def test_coverage_is_drawn_at_the_level_of_its_intervals(drawn, tmp_path):
    design = changed(load_coverage().design, prob=0.8)
    finished = Finished({"kind": "coverage", "cells": []}, (), design)
    assert write_study(tmp_path, finished) == ("record.json", "coverage.svg")
    assert drawn == {"prob": 0.8, "stem": tmp_path / "coverage"}


def test_contrasts_are_written_without_a_figure(drawn, tmp_path):
    finished = Finished({"kind": "contrasts", "cells": []}, (), load_contrasts().design)
    assert write_study(tmp_path, finished) == ("record.json",)
    assert drawn == {}
