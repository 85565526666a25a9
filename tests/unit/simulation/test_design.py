"""Designs: what ships is what it says, and each fault of one's own is named with its place."""

import re
from itertools import product
from pathlib import Path

import pytest

from metadx.errors import CardError, DesignError
from metadx.resources import models_dir
from metadx.simulation.design import LogNormalArms, LogUniformArms
from metadx.simulation.load import load_coverage, load_sbc


def test_the_calibration_that_ships():
    loaded = load_sbc()
    design = loaded.design
    assert [(g.engine, g.studies, g.draws, g.replications) for g in design.groups] == [
        ("auto", 5, 2000, 2000),
        ("auto", 20, 2000, 2000),
        ("auto", 50, 2000, 2000),
        ("nuts", 20, 4000, 200),
    ]
    assert (design.ranks, design.prob, design.card) == (199, 0.95, "bivariate-binomial")
    assert design.arms == LogUniformArms(law="log-uniform", lower=10, upper=1000)
    assert (design.require.family_prob, design.require.coverage_within) == (0.99, 0.015)
    assert loaded.card.card.id == "bivariate-binomial"
    assert loaded.others == ()


def test_the_coverage_study_that_ships():
    loaded = load_coverage()
    design = loaded.design
    assert len(design.cells) == len({cell.name for cell in design.cells}) == 60
    assert [other.card.id for other in loaded.others] == [
        "bivariate-binomial-n15",
        "bivariate-binomial-n4",
    ]
    assert {cell.arms for cell in design.cells} == set(design.arms)
    assert all(isinstance(arms, LogNormalArms) for arms in design.arms.values())
    assert (design.replications, design.draws, design.prob) == (1000, 2000, 0.95)
    require = design.require
    assert (require.least, require.studies_from, require.tau_to) == (0.92, 5, 1.5)
    assert (require.mean_distance, require.share_of_peer) == (0.015, 0.5)


def test_each_level_of_the_grid_meets_the_others():
    grid = load_coverage().design.cells[:40]
    levels = [
        [(c.studies, c.tau, (c.sens, c.spec), c.rho, c.arms)[part] for c in grid]
        for part in range(5)
    ]
    assert [len(set(level)) for level in levels] == [5, 5, 4, 4, 3]
    for one, other in product(range(5), repeat=2):
        met = set(zip(levels[one], levels[other], strict=True))
        assert one == other or met == set(product(levels[one], levels[other]))


def test_a_cell_is_named_after_what_it_is():
    for cell in load_coverage().design.cells:
        assert cell.name.startswith(f"K{cell.studies}-")
        if tau := re.search(r"-tau([\d.]+)-", cell.name):
            assert cell.tau == (float(tau[1]),) * 2
        assert ("-few-" in cell.name) == cell.arms.startswith("few-")
        assert cell.obeys == (cell.law == "normal")
        assert {"t-effects": "t", "skewed-effects": "skewed", "two-thresholds": "thresholds"}.get(
            cell.name.partition("-")[2], "normal"
        ) == cell.law
    assert sum(not cell.obeys for cell in load_coverage().design.cells) == 11


FAULTS = [
    ("seed = 7\n", "", "seed: is missing"),
    ("seed = 7", "seed = -7", "seed: found -7"),
    ("title", "titel", "titel: unknown key"),
    ('title = "Tiny"', 'title = ""', "title: found ''"),
    ("prob = 0.9\n", "prob = 1.0\n", "prob: found 1.0"),
    ('kind = "sbc"\n', "", "kind: is missing"),
    ('"sbc"', '"sbk"', "kind: found 'sbk', wanted one of 'sbc', 'coverage'"),
    ("metadx/design/1", "metadx/design/2", "schema: found 'metadx/design/2'"),
    ("ranks = 19", "ranks = 9", "ranks: found 9"),
    ('law = "log-uniform"\n', "", "arms.law: is missing"),
    ("log-uniform", "uniform", "arms.law: found 'uniform'"),
    ("lower = 20", "lower = 20.5", "arms.lower: found 20.5"),
    ("lower = 20", "lower = 0", "arms.lower: found 0"),
    ("lower = 20", "lower = 61", "arms.lower: 61 is above the upper end 60"),
    ("studies = 4", 'studies = "4"', "groups[2].studies: found '4'"),
    ("studies = 4\n", "", "groups[2].studies: is missing"),
    ("draws = 400", "draws = 40", "groups[2].draws: found 40"),
    ("ranks = 19", "ranks = 300", "groups[1].draws: found 200, wanted at least as many as ranks"),
    ('"four / wide"', '"three"', "groups: the name 'three' stands twice"),
    ('engine = "marginal"\nstudies = 4', 'engine = "gibbs"\nstudies = 4', "groups[2].engine"),
    ("family_prob = 0.99\n", "", "require.family_prob: is missing"),
]


@pytest.mark.parametrize(("old", "new", "told"), FAULTS)
def test_a_fault_of_a_calibration_is_named_with_its_place(write, sbc_text, old, new, told):
    assert old in sbc_text
    file = write(sbc_text.replace(old, new))
    with pytest.raises(DesignError, match=re.escape(f"{file}: {told}")):
        load_sbc(file)


COVERAGE_FAULTS = [
    ('arms = "some"\n\n', 'arms = "many"\n\n', "cells[1].arms: 'many': wanted one of some."),
    ('"three / t"', '"eight"', "cells: the name 'eight' stands twice"),
    ("sens = 0.8\n", "sens = 1\n", "cells[1].sens: found 1"),
    ("[0.5, 0.7]", "[0.5]", "cells[1].tau[2]: is missing"),
    ("[0.5, 0.7]", "[0.5, 0]", "cells[1].tau[2]: found 0"),
    ("rho = -0.4", "rho = -1.4", "cells[1].rho: found -1.4"),
    ('law = "t"', 'law = "cauchy"', "cells[2].law: found 'cauchy'"),
    ("sd = 0.3", "sd = -0.3", "arms.some.sd: found -0.3"),
    ("least = 2\n", "", "arms.some.least: is missing"),
    ("least = 0.5\n", "", "require.least: is missing"),
    ("least = 0.5", "least = 1.5", "require.least: found 1.5"),
]


@pytest.mark.parametrize(("old", "new", "told"), COVERAGE_FAULTS)
def test_a_fault_of_a_coverage_study_is_named_with_its_place(write, coverage_text, old, new, told):
    assert old in coverage_text
    file = write(coverage_text.replace(old, new))
    with pytest.raises(DesignError, match=re.escape(f"{file}: {told}")):
        load_coverage(file)


def test_every_fault_is_told_at_once(write, sbc_text):
    file = write(sbc_text.replace("seed = 7", "").replace("upper = 60", "upper = 60\nmiddle = 40"))
    with pytest.raises(DesignError) as caught:
        load_sbc(file)
    assert str(caught.value).splitlines() == [
        f"{file}: seed: is missing; give it a value.",
        f"{file}: arms.middle: unknown key; remove it.",
    ]


def test_the_other_kind_is_refused(write, sbc_text, coverage_text):
    with pytest.raises(DesignError, match=r'mine.toml: kind: found "coverage", wanted "sbc"'):
        load_sbc(write(coverage_text))
    with pytest.raises(DesignError, match=r'mine.toml: kind: found "sbc", wanted "coverage"'):
        load_coverage(write(sbc_text))


@pytest.mark.parametrize("load", [load_sbc, load_coverage])
def test_a_file_that_cannot_be_read_is_named(load, tmp_path):
    with pytest.raises(DesignError, match=r"nowhere.toml: the design cannot be read: No such file"):
        load(tmp_path / "nowhere.toml")
    wide = tmp_path / "wide.toml"
    wide.write_bytes('schema = "metadx/design/1"'.encode("utf-16"))
    with pytest.raises(DesignError, match=r"wide.toml: not UTF-8 text"):
        load(wide)
    wide.write_text("schema = ?")
    with pytest.raises(DesignError, match=r"wide.toml: not a TOML document: .*line 1"):
        load(wide)


def test_a_mark_of_the_byte_order_is_no_fault(write, sbc_text):
    assert load_sbc(write("\ufeff" + sbc_text)).design.seed == 7


@pytest.mark.parametrize("by", [str, Path])
def test_a_card_of_ones_own_lies_beside_the_design(tmp_path, monkeypatch, write, coverage_text, by):
    (tmp_path / "cards").mkdir()
    card = (models_dir() / "bivariate-binomial.toml").read_text(encoding="utf-8")
    (tmp_path / "cards" / "mine.toml").write_text(
        card.replace('"bivariate-binomial"', '"mine"', 1), encoding="utf-8"
    )
    file = write(coverage_text.replace("bivariate-binomial-n15", "cards/mine.toml"))
    monkeypatch.chdir(models_dir())  # not where the design is
    loaded = load_coverage(by(file))
    assert [card.card.id for card in loaded.others] == ["mine"]
    (tmp_path / "cards" / "mine.toml").rename(tmp_path / "gone.toml")
    with pytest.raises(CardError, match=re.escape(str(tmp_path / "cards" / "mine.toml"))):
        load_coverage(file)


def test_a_card_that_is_not_there_is_named(write, sbc_text):
    with pytest.raises(CardError, match=r"no model card .*bivariate-trinomial"):
        load_sbc(write(sbc_text.replace("bivariate-binomial", "bivariate-trinomial")))


def test_the_identity_is_that_of_what_is_simulated_and_of_every_card(write, coverage_text):
    before = load_coverage(write(coverage_text)).identity
    assert re.fullmatch("[0-9a-f]{64}", before)
    same = (
        coverage_text + "# a remark\n",
        coverage_text.replace('title = "Tiny"', 'title = "Small"'),
        coverage_text.replace("mean_distance = 0.9", "mean_distance = 0.8"),
    )
    for text in same:
        assert load_coverage(write(text, "other.toml")).identity == before
    for one, other in (("seed = 11", "seed = 12"), ("draws = 1000", "draws = 1004")):
        assert one in coverage_text
        assert load_coverage(write(coverage_text.replace(one, other))).identity != before
    card = (models_dir() / "bivariate-binomial-n15.toml").read_text(encoding="utf-8")
    own = coverage_text.replace("bivariate-binomial-n15", "own.toml")
    write(card, "own.toml")
    one = load_coverage(write(own)).identity
    write(card.replace("sd = 1 }", "sd = 1.1 }"), "own.toml")
    assert load_coverage(write(own)).identity != one
