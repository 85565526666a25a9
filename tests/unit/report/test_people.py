"""What the terminal tells of people tested: hits and false alarms by hand."""

import re

import metadx
from metadx.report.layout import Page
from metadx.report.people import people_lines


def test_the_next_place_sees_hits_and_false_alarms_by_hand():
    analysis = metadx.analyse(metadx.load_dataset("telomerase"), draws=400)
    found = metadx.summary(analysis, prevalence=[0.2])
    told = " ".join(" ".join(people_lines(found, Page(100), "95 %")).split())
    new = re.search(r"([\d,]+) to ([\d,]+) of 200 found, ([\d,]+) to ([\d,]+) false alarms", told)
    seen = [int(number.replace(",", "")) for number in new.groups()]
    sens, spec = (found["groups"][0]["estimands"][f"{m}_new"] for m in ("sens", "spec"))
    wanted = [
        *(200 * sens["lower"], 200 * sens["upper"]),
        *(800 * (1 - spec["upper"]), 800 * (1 - spec["lower"])),
    ]
    assert [round(x) for x in wanted] == seen
    assert "false alarms among 800." in told
