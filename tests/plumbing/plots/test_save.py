import struct
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib.pyplot as plt
import pytest

from metadx.errors import MetadxError
from metadx.plots.figure_text import figure_text
from metadx.plots.forest import plot_forest
from metadx.plots.save import save_figure
from metadx.plots.sroc import plot_sroc


@pytest.mark.parametrize("plot", [plot_sroc, plot_forest])
def test_the_same_figure_gives_the_same_bytes(fit, plot, tmp_path):
    first = save_figure(plot(fit), tmp_path / "a" / "figure")
    second = save_figure(plot(fit), tmp_path / "b" / "figure")
    assert [p.name for p in first] == ["figure.svg", "figure.png", "figure.pdf"]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert plt.get_fignums() == []


def test_files_are_what_they_say(fit, tmp_path):
    pc = plot_sroc(fit, figsize=(3.35, 5.5))
    svg, png, pdf = save_figure(pc, tmp_path / "v1.2")
    assert svg.name == "v1.2.svg"
    root = ET.fromstring(svg.read_text(encoding="utf-8"))
    assert root.tag.endswith("svg")
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))  # outlines: no font is needed
    assert "Summary ROC plot of 6 studies" in svg.read_text(encoding="utf-8")
    head = png.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, _ = struct.unpack(">II", head[16:24])
    assert 3.2 * 200 < width <= 3.45 * 200  # fits one column of a journal at 200 dots per inch
    assert pdf.read_bytes()[:5] == b"%PDF-"
    for path in (svg, png, pdf):
        data = path.read_bytes()
        assert b"CreationDate" not in data
        assert b"dc:date" not in data


def test_only_what_is_asked_for_is_written(fit, tmp_path):
    assert save_figure(plot_forest(fit), tmp_path / "f", ("png",)) == (tmp_path / "f.png",)
    assert [p.name for p in tmp_path.iterdir()] == ["f.png"]


def test_nothing_is_cut_off(make, tmp_path):
    """Circles on every border, and yet a blank margin around the picture."""
    rows = {f"S{i}": (300 * (i % 2), 0, 300 * (1 - i % 2), 1 + i * 50) for i in range(6)}
    pc = plot_sroc(make.fit(make.table(rows), synthetic=True))
    (path,) = save_figure(pc, tmp_path / "cut", ("png",))
    image = plt.imread(path)[..., :3].mean(axis=2)
    border = [image[:3], image[-3:], image[:, :3].T, image[:, -3:].T]
    assert all((edge > 0.99).all() for edge in border)


def test_another_backend_is_refused_with_advice(fit, tmp_path):
    with pytest.raises(MetadxError, match="backend='matplotlib'"):
        save_figure(plot_sroc(fit, backend="none"), tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_the_package_alone_loads_no_plotting_library():
    code = "import sys, metadx.plots; print(sorted({'matplotlib', 'arviz'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_real_fit_is_what_the_figures_expect(make, tmp_path):
    import metadx
    from metadx.plots.fitted import FittedReview

    rows = {f"S{i}": (20 + i, 2 + i, 5, 40 + i) for i in range(6)}
    fitted = metadx.fit(make.table(rows), draws=200)
    assert isinstance(fitted, FittedReview)
    paths = save_figure(plot_sroc(fitted), tmp_path / "sroc", ("png",))
    paths += save_figure(plot_forest(fitted), tmp_path / "forest", ("png",))
    assert all(path.stat().st_size > 10_000 for path in paths)


def test_a_picture_without_its_caption_still_carries_it(fit, tmp_path):
    (whole,) = save_figure(plot_forest(fit), tmp_path / "whole", ["svg"])
    (bare,) = save_figure(plot_forest(fit), tmp_path / "bare", ["svg"], caption=False)
    heights = [float(ET.parse(path).getroot().get("height")[:-2]) for path in (whole, bare)]
    assert heights[1] < heights[0] - 20  # points: at least two lines
    text = bare.read_text(encoding="utf-8")
    assert 'id="caption"' not in text
    assert "Squares and lines: observed proportions" in text  # in its description


def test_the_dots_of_a_picture_are_those_asked_for(fit, tmp_path):
    sizes = []
    for dpi in (100, 300):
        (path,) = save_figure(plot_sroc(fit), tmp_path / f"{dpi}", ["png"], dpi=dpi)
        sizes.append(struct.unpack(">II", path.read_bytes()[16:24]))
    assert abs(sizes[1][0] - 3 * sizes[0][0]) <= 3
    with pytest.raises(MetadxError, match="dpi: found 0"):
        save_figure(plot_sroc(fit), tmp_path / "x", ["png"], dpi=0)


def test_a_screen_reader_is_told_title_and_finding(fit, tmp_path):
    pc = plot_sroc(fit)
    alt = figure_text(pc).alt
    (path,) = save_figure(pc, tmp_path / "sroc", ["svg"])
    root = ET.parse(path).getroot()
    svg = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert [root.find(f"{svg}title").text, root.find(f"{svg}desc").text] == [
        "Summary ROC plot",
        alt,
    ]
