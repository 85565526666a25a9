"""Where each number of the tables of the page comes from, told apart from the code that writes it.

A table is a list of rows, a row a mapping of the names of its CSV columns: a number or None (an
empty cell) that it must hold, or WORDS where the column holds words.
"""

from math import exp

WORDS = ...
PARTS = ("median", "lower", "upper")
FOLLOWED = ("sens", "spec", "tau_sens", "tau_spec", "auc", "lr_neg")
SHOWN = ("sens", "spec", "tau_sens", "tau_spec", "rho", "lr_pos", "lr_neg", "auc")
CHANCES = ("prob_rule_out", "prob_rule_out_new", "prob_rule_in", "prob_rule_in_new")


def three(name, values):
    """The three columns of an interval; a lone number is a median without limits."""
    of = values if isinstance(values, dict) else {"median": values}
    return {f"{name}_{part}": of.get(part) for part in PARTS}


def threes(names, values):
    return {key: cell for name in names for key, cell in three(name, values[name]).items()}


def of_the_answer(found):
    """Tables of every review of accuracy that stand on summary.json alone."""
    all_, decision = found["groups"][0], found["decision"]
    e, p = all_["estimands"], all_.get("parameters", found["parameters"])
    tables = {
        "accuracy": [
            {
                "margin": WORDS,
                **three("median_study", e[margin]),
                **three("mean_of_studies", e[f"{margin}_population"]),
                **three("new_study", e[f"{margin}_new"]),
            }
            for margin in ("sens", "spec")
        ],
        "ratios": [
            {
                "measure": WORDS,
                **three("median_study", e[name]),
                **three("new_study", e[f"{name}_new"]),
            }
            for name in ("lr_pos", "lr_neg", "dor")
        ],
        "measures": [
            {"measure": WORDS, **three("value", e[name])} for name in ("youden", "auc", "pauc")
        ],
        "heterogeneity": [
            {
                "measure": WORDS,
                **three("sens", sens),
                **three("spec", spec),
                **three("joint", joint),
            }
            for sens, spec, joint in (
                (p["tau[sens]"], p["tau[spec]"], None),
                (e["mor_sens"], e["mor_spec"], None),
                (None, None, e["region_area_prediction"]),
                (None, None, p["rho"]),
                (e["i2_sens"], e["i2_spec"], e["i2_joint"]),
                (e["i2_jackson_sens"], e["i2_jackson_spec"], e["i2_jackson_joint"]),
                (e["i2_higgins_sens"], e["i2_higgins_spec"], None),
            )
        ],
        "predictive-values": [
            {
                "prevalence": ppv["prevalence"],
                **three("ppv", ppv),
                **three("npv", npv),
                **three("ppv_new", ppv_new),
                **three("npv_new", npv_new),
            }
            for ppv, npv, ppv_new, npv_new in zip(
                e["ppv"], e["npv"], e["ppv_new"], e["npv_new"], strict=True
            )
        ],
        "chances": list(chances(decision)),
        "net-benefit": list(net_benefit(decision["net_benefit"])),
        "checks": [
            {"check": WORDS, "fit": WORDS, "value": c["value"], "wanted": WORDS, "passed": WORDS}
            for c in found["checks"]
        ],
        "studies": [study(row) for row in found["studies"]],
    }
    for name, kind in (("findings", "median"), ("findings-new", "new")):
        tables[name] = [
            {
                "result": WORDS,
                **{
                    column: value
                    for row in decision["per_1000"]
                    for column, value in three(
                        f"prevalence_{row['prevalence']!r}", row[kind][cell]
                    ).items()
                },
            }
            for cell in ("tp", "fn", "fp", "tn")
        ]
    return tables


def chances(decision):
    for name in ("lr_neg", "lr_pos", "sens", "spec"):
        values = {"median_study": decision["median"][name], "new_study": decision["new"][name]}
        yield {"target": WORDS, "stated": WORDS, **values}
    for name in ("npv", "ppv"):
        both = zip(decision["median"][name], decision["new"][name], strict=True)
        for median, new in both:
            values = {"median_study": median["probability"], "new_study": new["probability"]}
            yield {"target": WORDS, "stated": WORDS, **values}


def net_benefit(told):
    for row in told["by_prevalence"]:
        for place, threshold in enumerate(told["thresholds"]):
            median, new = row["median"][place], row["new"][place]
            yield {
                "prevalence": row["prevalence"],
                "threshold": threshold,
                "treat_all": row["treat_all"][place],
                **three("net_benefit", median),
                "best": median["best"],
                **three("net_benefit_new", new),
                "best_new": new["best"],
            }


def study(row):
    sick, well = row["tp"] + row["fn"], row["fp"] + row["tn"]
    return {
        "study": WORDS,
        **{cell: row[cell] for cell in ("tp", "fp", "fn", "tn")},
        "observed_sens": row["tp"] / sick if sick else None,
        "observed_spec": row["tn"] / well if well else None,
        **threes(("sens", "spec"), row),
        "elpd": row["elpd"],
        "pareto_k": row["pareto_k"],
    }


def of_the_criticism(told):
    """Tables that stand on criticism.json."""
    influence, outliers = told["influence"], told["outliers"]
    without = {one["study"]: one for one in influence["studies"]}
    beside = {one["study"]: one for one in outliers["studies"]}
    prob = ("prob_rule_out", "prob_rule_in")
    return {
        "predictive": [
            {
                "feature": WORDS,
                "observed": one["observed"],
                "expected_lower": one["expected"][0],
                "expected_upper": one["expected"][1],
                "p_value": one["p_value"],
            }
            for one in told["predictive"]["statistics"]
        ],
        "influence": [
            {
                "without": WORDS,
                "shift": one.get("shift_all"),
                **threes(FOLLOWED, values),
                **{key: one[key] for key in prob},
                "pareto_k": one.get("pareto_k"),
            }
            for one, values in (
                (influence["whole"], influence["whole"]),
                *((without[name], without[name]["without"]) for name in influence["order"]),
            )
        ],
        "outliers": [
            {
                "study": WORDS,
                **{key: one[key] for key in ("p_value", "p_sens", "p_spec", "distance")},
                **threes(("expected_sens", "expected_spec"), one),
                "verdict": WORDS,
            }
            for one in (beside[name] for name in outliers["order"])
        ],
        "cumulative": [
            {
                "study": WORDS,
                told["cumulative"]["by"]: step["value"],
                **threes(FOLLOWED, step["estimates"]),
                "prob_rule_out": step["prob_rule_out"],
            }
            for step in told["cumulative"]["steps"]
        ],
        "prior-alternatives": [
            {"name": WORDS, "priors": WORDS, **answer(run), "passed": WORDS}
            for run in told["priors"]["runs"]
        ],
        "power-scaling": [
            {
                "parameter": WORDS,
                **threes(("prior_alone", "posterior"), one),
                **{key: one[key] for key in ("learned", "prior", "likelihood")},
                "verdict": WORDS,
            }
            for one in told["priors"]["power"]
        ],
        "alternatives": [
            {
                "model": WORDS,
                **{key: one[key] for key in ("difference", "difference_se", "weight")},
                "link": WORDS,
                **answer(one),
                "passed": WORDS,
            }
            for one in told["alternatives"]["models"]
        ],
        "weights": [
            {"study": WORDS, **{key: one[key] for key in ("sens", "spec", "joint")}}
            for one in told["weights"]["studies"]
        ],
    }


def answer(one):
    free = {k: None if k in one["fixed"] else one["estimates"].get(k) for k in SHOWN}
    return {**threes(SHOWN, free), **{key: one[key] for key in CHANCES}}


def small_studies(told):
    """The two regressions on the size of studies, of those that were made."""
    deeks, rows = told["deeks"], []
    head = {"regression": WORDS}
    if "refused" not in deeks:
        values = {"se": deeks["se"], "p_value": deeks["p_value"], "prob_above_0": None}
        rows.append({**head, **three("slope", deeks["slope"]), **values})
    for one in told["small_studies"].get("slopes", {}).values():
        values = {"se": None, "p_value": None, "prob_above_0": one["prob_above_0"]}
        rows.append({**head, **three("slope", one), **values})
    return rows


def of_the_data(found, table):
    """Tables that stand on the study table."""
    size = (table.n_studies, int(table.n_diseased.sum()), int(table.n_nondiseased.sum()))
    flow = {"step": WORDS, **dict(zip(("studies", "diseased", "nondiseased"), size, strict=True))}
    year = table.covariates["year"].values
    others = [name for name in table.covariates if name != "year"]
    columns = {"column": WORDS, "kind": WORDS, "unit": WORDS, "values": WORDS}
    return {
        "flow": [flow, flow],
        "columns": [{**columns, "studies": table.n_studies} for _ in table.covariates],
        "characteristics": [
            {"study": WORDS, "year": float(x), **dict.fromkeys(others, WORDS)} for x in year
        ],
        "priors": [dict.fromkeys(("parameter", "scale", "prior", "meaning"), WORDS)] * 3,
    }


def of_the_covariates(found):
    """Tables of a regression with one covariate and of its levels by themselves."""
    p = found["parameters"]
    regression = [g for g in found["groups"] if g.get("fit") == "regression"]
    alone = [g for g in found["groups"] if g.get("fit") == "subgroup"]
    measures = ("sens", "spec", "lr_pos", "lr_neg", "auc")
    told = {c["estimand"]: c for c in found["contrasts"] if c["fit"] == "regression"}
    betas = [values for name, values in p.items() if name.startswith("beta[")]
    return {
        "levels-1": [
            {"kind": WORDS, "studies": g["n_studies"], **threes(measures, g["estimands"])}
            for g in regression
        ],
        "coefficients": [
            {
                "coefficient": WORDS,
                **three("logit", values),
                **three("odds_ratio", {part: exp(values[part]) for part in PARTS}),
            }
            for values in betas
        ],
        "explained": [
            {
                "margin": WORDS,
                **threes(("tau_without", "tau_with"), found["explained"][margin]),
                **{key: found["explained"][margin][key] for key in ("share", "prob_smaller")},
            }
            for margin in ("sens", "spec")
        ],
        "by-itself": [
            {
                "level": WORDS,
                "studies": g["n_studies"],
                **threes(("sens", "spec"), g["estimands"]),
                **three("tau_sens", p[f"tau[sens|generation={g['label']}]"]),
                **three("tau_spec", p[f"tau[spec|generation={g['label']}]"]),
                **three("rho", p[f"rho[generation={g['label']}]"]),
            }
            for g in alone
        ],
        "verdicts": [
            {
                "kind": WORDS,
                **{key: one["median"][key] for key in ("lr_neg", "lr_pos")},
                "verdict": WORDS,
            }
            for one in found["decision"]["by_group"]
        ],
        "contrasts": [turned(told[name]) for name in ("sens", "spec", "dor", "auc")],
    }


def turned(told):
    """A contrast as it is printed: the level in question against the reference, which comes first
    in the file."""
    if told["estimand"] == "dor":
        ratio = told["ratio"]
        values = dict(zip(PARTS, (1 / ratio[k] for k in ("median", "upper", "lower")), strict=True))
    else:
        gap = told["difference"]
        values = dict(zip(PARTS, (-gap[k] for k in ("median", "upper", "lower")), strict=True))
    chance = 1 - told["prob_a_gt_b"]
    words = {"pair": WORDS, "measure": WORDS, "scale": WORDS}
    return {**words, **three("value", values), "prob_higher": chance}
