"""Charts as SVG text: numbers, ticks, places, and odd ranges."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from kerasschool.views import charts


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (3.14159, "3.142"),
        (-2.5, "−2.5"),
        (4850, "4850"),
        (48500.4, "48500"),
        (1234567, "1234567"),
        (1.5e9, "1.5 · 10⁹"),
        (0.00001234, "1.234 · 10⁻⁵"),
        (-1e-7, "−10⁻⁷"),
        (float("nan"), "no number"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_as_one_says_them(value, text):
    assert charts.number(value) == text


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (-6, 6), (2007, 2009), (1e-7, 3e-7), (-1e9, 1e9), (33.3, 33.4), (0, 1e-300)]
)
def test_ticks_are_round_inside_and_not_too_many(low, high):
    ticks = charts.ticks(low, high, 4)
    assert 3 <= len(ticks) <= 7
    slack = 1e-6 * (high - low)
    assert all(low - slack <= tick <= high + slack for tick in ticks)


def test_a_range_always_has_some_width():
    assert charts.wide((3, 3)) == (2.85, 3.15) and charts.wide((0, 0)) == (-0.5, 0.5)
    assert charts.wide((float("nan"), 1)) == (0, 1)


def test_places_in_a_frame():
    frame = charts.Frame(200, 100, (0, 10), (0, 1), "x", left=20, right=20, top=10, bottom=30)
    assert (frame.x(0), frame.x(10), frame.y(0), frame.y(1)) == (20, 180, 70, 10)


def test_a_logarithmic_axis():
    frame = charts.Frame(200, 100, (0, 10), (0.01, 100), log=True, left=20, right=20, top=10, bottom=10)
    assert [float(frame.y(value)) for value in (0.01, 1, 100)] == [90, 50, 10]
    frame.axes()
    assert re.findall(r">([^<]+)<", frame.svg()) == ["0", "2", "4", "6", "8", "10", "0.01", "0.1", "1", "10", "100"]
    assert charts.log_ticks(2e-9, 1e3) == [1e-7, 1e-5, 1e-3, 0.1, 10, 1000]


def test_a_line_has_gaps_and_ends_at_the_edge():
    frame = charts.Frame(100, 100, (0, 4), (0, 1), left=0, right=0, top=0, bottom=0)
    frame.line([0, 1, 2, 3, 4], [0, np.inf, np.nan, 1, -9], "s0")
    assert frame.parts == ['<path class="line s0" d="M0.0 100.0L25.0 0.0M75.0 0.0L100.0 100.0"/>']


def test_two_frames_in_one_picture():
    top = charts.Frame(100, 100, (0, 1), (0, 1), "both", bottom=60)
    bottom = charts.Frame(100, 100, (0, 1), (0, 1), top=50)
    for frame, words in ((top, "a"), (bottom, "<b>")):
        frame.title(words)
        frame.axes(x_ticks=[(0.5, "half")], y_ticks=0, grid=True)
    places = [(part.text, float(part.get("y"))) for part in ElementTree.fromstring(top.svg(bottom)) if part.text]
    assert places == [("a", 0), ("half", 56.5), ("<b>", 42), ("half", 82.5)]


def test_a_histogram_shows_shares():
    svg = charts.histogram(np.array([0.0, 0, 1, 1]), np.array([0.0, 0, 0, 1]), "a<b", bins=2, width=100, height=60)
    root = ElementTree.fromstring(svg)  # it is XML, so what came from outside was escaped
    assert root.get("aria-label") == "a<b: 0 to 1, mean 0.5"
    bars = [float(part.get("height")) for part in root.iter() if part.get("class") == "bar train"]
    assert bars[0] == bars[1] == pytest.approx(36 * 0.5 / (0.75 * 1.08), abs=0.06)
    (line,) = [part for part in root.iter() if part.get("class") == "line validation"]
    heights = {y for _, y in re.findall(r"([\d.]+) ([\d.]+)", line.get("d"))}
    assert len(heights) == 3  # the base and two shares


@pytest.mark.parametrize("values", [[3.0], [1e30, -1e30], [0.0, 0.0]])
def test_histograms_of_odd_numbers(values):
    ElementTree.fromstring(charts.histogram(np.array(values), None, "odd"))


def test_share_bars():
    html = charts.share_bars({"<a>": (3, 0.75), "b": (1, 0.25)}, "all")
    assert "&lt;a&gt;" in html and "width:100.0%" in html and "width:33.3%" in html and "75.0 %" in html
    assert charts.share_bars({}, "none").count("track") == 0 and charts.percent(float("nan")) == "–"
