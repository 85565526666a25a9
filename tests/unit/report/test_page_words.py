"""Sentences of the page on judgements and on figures that were not used."""

from dataclasses import replace

import metadx
from metadx.report.agreement_answer import unused_words
from metadx.report.agreement_sentence import first_sentence
from metadx.report.html.quadas import quadas_section
from metadx.report.html.reproduce import reproduce_section
from metadx.studies.quadas import quadas_of


def row(label, *, used=True):
    numbers = dict.fromkeys(("kappa_reported_lower_decimals", "kappa_reported_upper_decimals"), 2)
    five = {"median": 0.8, "lower": 0.7, "upper": 0.9}
    return {
        "label": label, "finding": label, "region": "", "study": "", "rater_a": "A",
        "rater_b": "B", "association": True, "margins": "known", "kappa_reported": 0.39,
        "kappa_reported_lower": 0.30, "kappa_reported_upper": 0.47, "kappa_reported_decimals": 2,
        "kappa_used": used, "estimands": {"kappa": five, "agreement_exact": five}, **numbers,
    }  # fmt: skip


def test_the_first_sentence_owns_up_to_a_printed_kappa_that_was_not_used():
    ranks = [
        {"estimand": "kappa", "labels": ["x", "y", "z"],
         "prob_rank": [[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.1, 0.9]]}
    ]  # fmt: skip
    found = {
        "kappa": {"estimand": "kappa", "weights": "quadratic"}, "settings": {"prob": 0.95},
        "findings": [row("x", used=False), row("y", used=False), row("z")], "ranks": ranks,
    }  # fmt: skip
    said = first_sentence(found)
    assert "best on x" in said
    assert "least on z" in said
    (doubt,) = unused_words(found)  # not of y, which the sentence does not name
    assert doubt.startswith("The kappa printed for x, 0.39 (0.30 to 0.47), was not used")
    assert unused_words(found | {"findings": [row("x"), row("y"), row("z")]}) == []


def test_without_all_domains_no_study_is_counted_as_not_low(monkeypatch):
    table = metadx.load_dataset("iqcode-dementia").table
    judged = quadas_of(table)
    lost = {**judged.judgements}
    lost.pop("rob_patient_selection")
    overall = (None, *("high" for _ in judged.overall[1:]))
    part = replace(
        judged, domains=judged.domains[1:], judgements=lost, overall=overall, by_rule=overall,
        stated=0,
    )  # fmt: skip

    class Source:
        class analysis:
            class main:
                table = None

        @staticmethod
        def figures(*_):
            return ()

    monkeypatch.setattr("metadx.report.html.quadas.quadas_of", lambda _: part)
    lead = quadas_section(Source).blocks[0].text
    assert lead.endswith("none can be called low, for not every domain has a column.")
    monkeypatch.setattr("metadx.report.html.quadas.quadas_of", lambda _: judged)
    assert "none can be called low" not in quadas_section(Source).blocks[0].text


def test_no_path_of_the_author_stands_in_the_report():
    found = {
        "settings": {"seed": 1, "draws": 10}, "metadx": "0", "engine": {"name": "marginal"},
        "model": {"id": "m", "card_sha256": "0"}, "data": {"sha256": "0"},
    }  # fmt: skip
    for typed, shown in (
        ("metadx run /home/me/data/iqcode --seed 7", "metadx run iqcode --seed 7"),
        ("metadx run '/home/my reviews/a b'", "metadx run 'a b'"),
        (
            "metadx run data/iqcode --model /x/y/mine.toml",
            "metadx run data/iqcode --model mine.toml",
        ),
        ("metadx run it", "metadx run it"),
        ("metadx run '<b>'", "metadx run '<b>'"),
    ):
        code = reproduce_section(found, typed).blocks[0]
        assert code.text == shown
