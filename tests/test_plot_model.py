"""`utils.plot_model`: every unit and every weight, words for those who cannot see it, files, and errors that teach."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kerasschool as keras
from kerasschool.layers import (
    BatchNormalization,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    Lambda,
    LeakyReLU,
    Reshape,
)
from kerasschool.utils import plot_model
from kerasschool.utils.network_drawing import NEGATIVE, POSITIVE

SVG = "{http://www.w3.org/2000/svg}"


def network(*layers, name="net"):
    return keras.Sequential(list(layers), name=name)


def read(drawing, **options):
    return ET.fromstring(drawing.svg(**options))


def titles(root, beginning):
    return [each.text for each in root.iter(SVG + "title") if each.text.startswith(beginning)]


def words(root):
    return [each.text for each in root.iter(SVG + "text")]


@pytest.fixture
def model():
    hidden = Dense(12, activation="relu", name="hidden")
    return network(Input((8,)), hidden, Dense(8, activation="relu"), Dense(1, activation="sigmoid", name="answer"))


def test_every_unit_and_every_weight(model):
    root = read(plot_model(model))
    assert len(titles(root, "input ")) == 8
    assert len(titles(root, "hidden, unit ")) == 12
    assert len(list(root.iter(SVG + "circle"))) == 8 + 12 + 8 + 1
    kernels = [weight.numpy() for weight in model.weights if weight.name == "kernel"]
    shown = sorted(titles(root, "weight "))
    expected = [
        f"weight {kernel[i, j]:.4g}, from {i + 1} to {j + 1}"
        for kernel in kernels
        for i in range(len(kernel))
        for j in range(kernel.shape[1])
    ]
    assert shown == sorted(expected)
    assert len(shown) == 8 * 12 + 12 * 8 + 8


def test_colour_dash_and_width_tell_the_weight(model):
    model.layers[-1].kernel = np.array([[1.0], [0.5], [-1.0], [0], [0], [0], [0], [0]])
    links = {}
    for path in read(plot_model(model)).iter(SVG + "path"):
        title = path.find(SVG + "title")
        if title is not None:
            links.setdefault(title.text, path)
    large, half = links["weight 1, from 1 to 1"], links["weight 0.5, from 2 to 1"]
    negative, zero = links["weight -1, from 3 to 1"], links["weight 0, from 4 to 1"]
    assert large.get("stroke") == half.get("stroke") == POSITIVE
    assert negative.get("stroke") == NEGATIVE
    assert zero.get("stroke") == "currentColor"
    assert negative.get("stroke-dasharray") and not large.get("stroke-dasharray")
    widths = [float(link.get("stroke-width")) for link in (large, half, zero)]
    assert widths[0] > widths[1] > widths[2]
    assert widths[1] - widths[2] == pytest.approx(widths[0] - widths[1], abs=0.02)
    assert negative.get("stroke-width") == large.get("stroke-width")


def test_biases_are_said_and_coloured(model):
    model.get_layer("answer").bias = [-0.25]
    root = read(plot_model(model))
    (unit,) = [c for c in root.iter(SVG + "circle") if c.find(SVG + "title").text.startswith("answer")]
    assert unit.find(SVG + "title").text == "answer, unit 1: bias -0.25"
    assert unit.get("fill") == NEGATIVE


def test_what_is_written(model):
    seen = words(read(plot_model(model)))
    for line in ("net", "221 parameters", "8 inputs", "hidden", "Dense, relu", "(None, 12)", "108 parameters", "12"):
        assert line in seen
    assert "float32" not in seen
    bare = words(read(plot_model(model, show_shapes=False, show_layer_names=False, show_layer_activations=False)))
    assert "(None, 12)" not in bare and "hidden" not in bare and "Dense" in bare
    model.layers[0].trainable = False
    full = words(read(plot_model(model, show_dtype=True, show_trainable=True)))
    assert full.count("float32") == 4 and full.count("frozen") == 1 and full.count("trainable") == 2


def test_words_for_those_who_cannot_see_it(model):
    root = read(plot_model(model))
    assert root.get("role") == "img"
    assert root.get("aria-label") == "net: 8 inputs → 12 → 8 → 1, 221 parameters"
    assert root.find(SVG + "desc").text == (
        "A network of layers. 8 inputs; hidden: Dense, 12 units, relu, 108 parameters; "
        f"{model.layers[1].name}: Dense, 8 units, relu, 104 parameters; answer: Dense, 1 unit, sigmoid, 9 parameters."
    )


def test_ink_follows_the_theme(model):
    inline, file = plot_model(model).svg(), plot_model(model).svg(is_file=True)
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', inline)) == {"currentColor", "none", POSITIVE, NEGATIVE}
    assert "<style" not in inline and " id=" not in inline  # shown twice on a page, nothing meets its double
    assert "prefers-color-scheme:dark" in file


def test_large_layers_are_summarised():
    model = network(Input((784,)), Dense(128, activation="relu"), Dense(10, activation="softmax"))
    drawing = plot_model(model)
    root = read(drawing)
    units = titles(root, "input ")
    assert units == [f"input {n}" for n in (1, 2, 3, 4, 781, 782, 783, 784)]
    assert not titles(root, "weight ")
    assert "100,480 parameters" in words(root) and "positive" not in words(root)
    assert len(drawing.svg()) < 40_000


def test_thirty_units_are_exact_and_thirty_one_are_not():
    for units, shown in ((30, 30), (31, 8)):
        root = read(plot_model(network(Input((2,)), Dense(units, name="layer"))))
        assert len(titles(root, "layer, unit ")) == shown


def test_layers_that_treat_each_number_by_itself_are_gates():
    model = network(
        Input((13,)), BatchNormalization(), Dense(6), LeakyReLU(), Dropout(0.3, name="forget"), Dense(3, "softmax")
    )
    root = read(plot_model(model))
    seen = words(root)
    assert {"BatchNormalization", "52 parameters", "LeakyReLU 0.3", "forget: Dropout 0.3"} <= set(seen)
    assert len(list(root.iter(SVG + "rect"))) == 3
    assert len(titles(root, "weight ")) == 13 * 6 + 6 * 3
    assert plot_model(model).title == "net: 13 inputs → 6 → 3, 157 parameters"


def test_layers_that_change_the_shape():
    model = network(Input((28, 28)), Flatten(), Dense(4), Reshape((2, 2)), Lambda(np.abs), Flatten(), Dense(1))
    assert plot_model(model).title == "net: 28 × 28 inputs → 784 → 4 → 2 × 2 → 4 → 1, 3,145 parameters"
    words_of_ids = network(Input((5,)), Embedding(10, 3), Flatten(), Dense(2))
    assert "30 parameters" in words(read(plot_model(words_of_ids)))


def test_models_inside_models():
    inner = network(Input((3,)), Dense(4, name="deep"), Dense(2), name="inner")
    model = network(Input((3,)), inner, Dense(1))
    assert "inner" in words(read(plot_model(model)))
    assert "deep" not in words(read(plot_model(model)))
    assert "deep" in words(read(plot_model(model, expand_nested=True)))


def test_from_top_to_bottom(model):
    across, down = plot_model(model), plot_model(model, rankdir="TB")
    assert words(read(across)).count("hidden") == words(read(down)).count("hidden") == 1
    first, last = (next(c for c in read(down).iter(SVG + "circle") if c.find(SVG + "title").text == each)
                   for each in ("input 1", "answer, unit 1: bias 0"))  # fmt: skip
    assert float(first.get("cy")) < float(last.get("cy"))


def test_all_links_alike(model):
    root = read(plot_model(model, show_weights=False))
    strokes = {path.get("stroke") for path in root.iter(SVG + "path")}
    assert strokes == {"currentColor"}
    assert "positive" not in words(root)


def test_weights_that_are_no_numbers_are_drawn_too(model):
    model.layers[0].kernel = np.full((8, 12), np.nan)
    root = read(plot_model(model))
    assert len(titles(root, "weight nan")) == 96
    assert "nan" not in re.sub(r"<title>.*?</title>", "", plot_model(model).svg())


def test_names_are_written_as_they_are():
    root = read(plot_model(network(Input((1,)), Dense(1, name='a<b>&"c"$x$'), name='"><script>1')))
    assert {'a<b>&"c"$x$', '"><script>1'} <= set(words(root))
    assert not list(root.iter(SVG + "script"))


def test_files(model, tmp_path):
    plot_model(model, tmp_path / "model.svg")
    ET.parse(tmp_path / "model.svg")
    drawing = plot_model(model, to_file=str(tmp_path / "model.png"), dpi=96)
    picture = (tmp_path / "model.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (int(drawing.width), int(drawing.height))
    drawing.save(tmp_path / "model.pdf")
    assert (tmp_path / "model.pdf").read_bytes().startswith(b"%PDF")
    drawing.save(tmp_path / "model")
    assert (tmp_path / "model").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ValueError, match=r"ends in \.png, \.svg, \.pdf.*model\.bmp"):
        drawing.save(tmp_path / "model.bmp")


def test_a_notebook_shows_it(model):
    drawing = plot_model(model)
    bundle = drawing._repr_mimebundle_()
    assert bundle["text/html"] == drawing._repr_svg_() == drawing.svg()
    assert bundle["text/plain"] == "<Drawing: net: 8 inputs → 12 → 8 → 1, 221 parameters>"
    assert plot_model(model).svg() == drawing.svg()


def test_drawing_an_svg_needs_no_matplotlib(tmp_path):
    code = (
        "import sys, kerasschool as k; m = k.Sequential([k.Input((2,)), k.layers.Dense(1)]); "
        f"k.utils.plot_model(m, {str(tmp_path / 'm.svg')!r}); print('matplotlib' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_errors_teach(model):
    with pytest.raises(ValueError, match=r"not built yet.*Input\(shape"):
        plot_model(network(Dense(3)))
    with pytest.raises(TypeError, match="Did you mean 'show_shapes'"):
        plot_model(model, show_shape=True)
    with pytest.raises(ValueError, match="rankdir"):
        plot_model(model, rankdir="UP")
    with pytest.raises(ValueError, match="`dpi` must be a number"):
        plot_model(model, dpi="large")
    with pytest.raises(ValueError, match="Only a model can be drawn"):
        plot_model(Dense(3))


LAYERS = st.one_of(
    st.builds(Dense, st.integers(1, 40), st.sampled_from([None, "relu", "softmax", "tanh"])),
    st.builds(Dropout, st.just(0.5)),
    st.builds(BatchNormalization),
)


@given(st.integers(1, 40), st.lists(LAYERS, min_size=1, max_size=5), st.sampled_from(["LR", "TB"]), st.booleans())
def test_any_network_stays_on_its_sheet(inputs, layers, rankdir, names):
    fresh = [type(layer).from_config({**layer.get_config(), "name": None}) for layer in layers]
    drawing = plot_model(network(Input((inputs,)), *fresh), rankdir=rankdir, show_layer_names=names)
    for shape in read(drawing).iter():
        points = []
        if shape.tag == SVG + "circle":
            points = [(float(shape.get("cx")), float(shape.get("cy")))]
        elif shape.tag == SVG + "path":
            points = [tuple(map(float, pair.split())) for pair in re.split("[MLZ]", shape.get("d")) if pair]
        elif shape.tag == SVG + "text":
            points = [(float(shape.get("x")), float(shape.get("y")))]
        elif shape.tag == SVG + "rect":
            x, y, width, height = (float(shape.get(key)) for key in ("x", "y", "width", "height"))
            points = [(x, y), (x + width, y + height)]
        for x, y in points:
            assert 0 <= x <= drawing.width and 0 <= y <= drawing.height
