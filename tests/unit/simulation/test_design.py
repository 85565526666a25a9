"""Designs: what ships is what it says, and each fault of one's own is named with its place."""

import re
from itertools import product
from pathlib import Path

import pytest

from metadx.errors import CardError, DesignError
from metadx.resources import models_dir
from metadx.simulation.design import LogNormalArms, LogUniformArms
from metadx.simulation.load import load_contrasts, load_coverage, load_sbc


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


def test_the_contrasts_that_ship():
    loaded = load_contrasts()
    design = loaded.design
    assert len({cell.name for cell in design.cells}) == len(design.cells) == 60
    assert (design.draws, design.prob, design.peer_replications) == (2000, 0.95, 100)
    assert design.candidates.contrast == (1.0, 1.5, 2.0, 3.0, 4.0)
    assert design.candidates.slope == tuple(sd / 2 for sd in design.candidates.contrast)
    beta = loaded.card.card.parameters.beta
    assert beta.contrast.sd in design.candidates.contrast
    assert beta.slope.sd in design.candidates.slope
    require = design.require
    assert (require.least, require.studies_from, require.tau_to) == (0.92, 10, 1.5)
    assert (require.mean_distance, require.shrinkage, require.shrinkage_from) == (0.02, 0.05, 1.0)


def test_the_contrasts_of_the_grid_meet_every_spread_and_every_covariate():
    grid = load_contrasts().design.cells[:48]
    size = {cell.name: abs(cell.spec_shift[-1]) for cell in grid}
    assert sorted(size.values()) == sorted([0, 0.5, 1.2, 2.0] * 12)
    shape = {cell.name: cell.name.split("-")[1] for cell in grid}
    for part in (lambda c: c.tau, lambda c: shape[c.name], lambda c: c.studies):
        met = {(part(cell), size[cell.name]) for cell in grid}
        assert len(met) == len({part(cell) for cell in grid}) * 4
    shares = {"two": {0.5}, "uneven": {0.7}, "slope": set()}
    for cell in grid:
        assert cell.name == f"K{cell.studies}-{shape[cell.name]}-tau{cell.tau[0]:g}"
        assert len(cell.levels) == {"two": 2, "uneven": 2, "three": 3, "slope": 0}[shape[cell.name]]
        if shape[cell.name] in {"two", "uneven"}:
            assert any(
                abs(cell.levels[0] / cell.studies - share) < 0.06
                for share in shares[shape[cell.name]]
            )


def test_the_calibration_with_covariates_that_ships():
    loaded = load_sbc("sbc-regression")
    design = loaded.design
    assert [(g.engine, g.studies) for g in design.groups] == [("auto", 20), ("nuts", 20)]
    covariates = design.covariates
    assert (sum(covariates.levels), covariates.sens) == (20, "~ group + dose")
    assert loaded.card.card.id == "bivariate-binomial"


def test_a_design_that_ships_may_be_asked_for_by_name(tmp_path, monkeypatch, write, sbc_text):
    assert load_sbc("sbc").identity == load_sbc().identity
    with pytest.raises(DesignError, match=r"sbc-regressionist: the design cannot be read"):
        load_sbc("sbc-regressionist")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    write(sbc_text, "here/sbc.toml")
    assert load_sbc("here/sbc.toml").design.seed == 7


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


CONTRAST_FAULTS = [
    ("levels = [4, 3, 2]", "levels = [4, 3, 3]", "cells[1].levels: found [4, 3, 3], wanted two"),
    ("levels = [4, 3, 2]", "levels = [9]", "cells[1].levels: found [9], wanted two or more"),
    ("levels = [4, 3, 2]", "levels = [9, 0]", "cells[1].levels[2]: found 0"),
    ("spec_shift = [-1.5]", "spec_shift = [-1.5, 0.1]", "cells[2].spec_shift: found 2 numbers"),
    ("sens_shift = [0.5, 0.0]", "sens_shift = [0.5]", "cells[1].sens_shift: found 1 numbers"),
    ("slope = [0.5, 1.5]", "slope = [0.5, 0.0]", "candidates.slope[2]: found 0"),
    ("slope = [0.5, 1.5]", "slope = []", "candidates.slope: found []"),
    ("shrinkage = 0.5", "shrinkage = -1", "require.shrinkage: found -1"),
    ('"eight / slope"', '"nine"', "cells: the name 'nine' stands twice"),
    ('arms = "some"\n\n', 'arms = "many"\n\n', "cells[1].arms: 'many': wanted one of some."),
    ("peer_replications = 2", "peer_replications = 0", "peer_replications: found 0"),
]


@pytest.mark.parametrize(("old", "new", "told"), CONTRAST_FAULTS)
def test_a_fault_of_contrasts_is_named_with_its_place(write, contrasts_text, old, new, told):
    assert old in contrasts_text
    file = write(contrasts_text.replace(old, new, 1))
    with pytest.raises(DesignError, match=re.escape(f"{file}: {told}")):
        load_contrasts(file)


def test_the_priors_of_the_card_must_be_among_those_that_are_tried(write, contrasts_text):
    card = (models_dir() / "bivariate-binomial.toml").read_text(encoding="utf-8")
    text = contrasts_text.replace('"bivariate-binomial"', '"own.toml"')
    slope = re.search(r"^slope = .*$", card, re.MULTILINE)[0]
    write(card.replace(slope, 'slope = { family = "Normal", mean = 0, sd = 0.7 }'), "own.toml")
    with pytest.raises(DesignError, match=r"candidates.slope: wanted the 0.7 of the card own.toml"):
        load_contrasts(write(text))
    write(re.sub(r"\[parameters.beta\].*?\n\n(?=\[)", "", card, flags=re.DOTALL), "own.toml")
    with pytest.raises(DesignError, match=r"card: own.toml states no prior for covariates"):
        load_contrasts(write(text))


def test_covariates_must_be_of_as_many_studies_as_each_group_has(write, sbc_text):
    more = '[covariates]\nlevels = [2, 1]\nsens = "~ group"\nspec = "~ 1"\n\n[[groups]]'
    file = write(sbc_text.replace("[[groups]]", more, 1))
    told = "groups[2].studies: found 4, but covariates.levels are of 3 studies"
    with pytest.raises(DesignError, match=re.escape(f"{file}: {told}")):
        load_sbc(file)


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


def test_the_priors_of_coefficients_matter_where_there_are_covariates(write, sbc_text):
    """And nowhere else: records without covariates, and of contrasts under priors of their own."""
    card = (models_dir() / "bivariate-binomial.toml").read_text(encoding="utf-8")
    contrast = re.search(r"^contrast = .*$", card, re.MULTILINE)[0]
    other = card.replace(contrast, 'contrast = { family = "Normal", mean = 0, sd = 1.25 }')
    why = re.sub(r'(\[parameters.beta\].*?why = """)', r"\1Because. ", card, flags=re.DOTALL)
    assert len({card, other, why}) == 3
    text = sbc_text.replace('"bivariate-binomial"', '"own.toml"')
    more = '[covariates]\nlevels = [2, 1]\nsens = "~ group"\nspec = "~ 1"\n\n[[groups]]'
    with_levels = text.replace("[[groups]]", more, 1).replace("studies = 4", "studies = 3")
    found = {}
    for number, one in enumerate((card, other, why)):
        write(one, "own.toml")
        found[number] = [load_sbc(write(t)).identity for t in (text, with_levels)]
    assert found[0][0] == found[1][0] == found[2][0]
    assert found[0][1] == found[2][1] != found[1][1]
    assert found[0][0] != found[0][1]
