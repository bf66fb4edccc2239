"""Files that were damaged, or made to do harm: an error that says so, nothing run, nothing large, nothing changed."""

import copy
import io
import json
import math
import sys
import tracemalloc
import warnings
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kerasschool import Sequential, layers, metrics, models, optimizers, saving

NAMES = METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"


def make_model():
    model = Sequential(
        [layers.Input((3,)), layers.Dense(4, "tanh"), layers.BatchNormalization(), layers.Dense(1, "sigmoid")]
    )
    model.compile(optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy", metrics.AUC(num_thresholds=5)])
    return model


@pytest.fixture(scope="module")
def model():
    model = make_model()
    x = np.random.default_rng(1).normal(size=(12, 3)).astype("float32")
    model.fit(x, x.sum(axis=1) > 0, verbose=0)
    return model


@pytest.fixture(scope="module")
def good(model, tmp_path_factory):
    """The parts of a good file, by name."""
    path = tmp_path_factory.mktemp("good") / "m.keras"
    model.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in NAMES}


@pytest.fixture
def config(good):
    return json.loads(good[CONFIG])


def pack(path, parts, compression=zipfile.ZIP_STORED):
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", compression) as archive:
        warnings.simplefilter("ignore")  # a name may come twice
        for name, content in parts:
            archive.writestr(name, content)
    return path


def with_config(path, good, config):
    text = config if isinstance(config, (str, bytes)) else json.dumps(config)
    return pack(path, {**good, CONFIG: text}.items())


def numbers(model):
    return [variable.numpy() for variable in [*model.weights, *model.optimizer.variables]]


def assert_unchanged(model, before):
    for one, other in zip(numbers(model), before, strict=True):
        np.testing.assert_array_equal(one, other)


def refused(path, text, **arguments):
    """Loading fails with this text, fast and without much memory."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=text):
            saving.load_model(path, **arguments)
        assert tracemalloc.get_traced_memory()[1] < 5e7
    finally:
        tracemalloc.stop()


# The archive


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/evil", "..\\evil", "C:\\evil", "evil.py", "model.weights.npz", "assets/../../evil", ""]
)
def test_only_the_three_parts_may_be_there(name, good, tmp_path):
    path = pack(tmp_path / "m.keras", [*good.items(), (name or "x", b"evil")])
    if name.startswith("assets/"):  # left where it is, whatever its name
        assert saving.load_model(path).built
    else:
        refused(path, "damaged, or not a '.keras' file. It holds")
    assert [each.name for each in tmp_path.rglob("*")] == ["m.keras"]


def test_assets_are_left_alone(good, tmp_path):
    assert saving.load_model(pack(tmp_path / "m.keras", [*good.items(), ("assets/words.txt", b"a")])).built


def test_parts_that_are_twice_there_or_missing(good, tmp_path):
    refused(pack(tmp_path / "m.keras", [*good.items(), (CONFIG, good[CONFIG])]), "once")
    for name in (CONFIG, WEIGHTS):
        left = {other: content for other, content in good.items() if other != name}
        refused(pack(tmp_path / "m.keras", left.items()), f"has no {name}")
    refused(pack(tmp_path / "m.keras", [(f"assets/{i}", b"") for i in range(2000)]), "2000 parts")


def test_bombs_are_not_unpacked(good, tmp_path):
    for name in (CONFIG, WEIGHTS):
        parts = {**good, name: b" " * 30_000_000}
        refused(pack(tmp_path / "m.keras", parts.items(), zipfile.ZIP_DEFLATED), f"{name} would become 30000000 bytes")
    refused(with_config(tmp_path / "m.keras", good, " " * 9_000_000), "config.json has 9000000 bytes")
    refused(pack(tmp_path / "m.keras", {**good, WEIGHTS: bytes(20_000_000)}.items()), "far more numbers than its model")


def test_unusual_archives(good, tmp_path):
    assert saving.load_model(pack(tmp_path / "m.keras", good.items(), zipfile.ZIP_DEFLATED)).built
    refused(pack(tmp_path / "m.keras", good.items(), zipfile.ZIP_BZIP2), "compressed in an unusual way")
    content = bytearray(pack(tmp_path / "m.keras", good.items()).read_bytes())
    place = content.rindex(b"PK\x01\x02")  # of the last part in the list at the end
    content[place + 8] |= 1
    (tmp_path / "m.keras").write_bytes(content)
    refused(tmp_path / "m.keras", "encrypted")


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x05\x06" + bytes(18), bytes(1000), b"\x89HDF\r\n\x1a\n" + bytes(99)]
)
def test_files_of_another_kind(content, model, tmp_path):
    before = numbers(model)
    for name in ("m.keras", "m.weights.h5"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"{name}' is damaged, or not a"):
            model.load_weights(tmp_path / name)
    refused(tmp_path / "m.keras", "m.keras' is damaged, or not a '.keras' file")
    assert_unchanged(model, before)


# The description


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "damaged"),
        ("[]", "not that of a model"),
        ("{}", "not that of a model"),
        ('{"class_name": "Sequential"}', "does not describe a model but"),
        ('{"class_name": "Sequential", "module": "keras", "config": 7}', "must be a dictionary"),
        ('{"class_name": "Dense", "module": "keras.layers", "config": {"units": 3}}', "does not describe a model"),
        ('{"class_name": "Sequential", "a": ' + "[" * 200 + "]" * 200 + "}", "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"class_name": "Sequential", "config": ' + "9" * 5000 + "}", "a number of 5000 digits"),
        (b"\xff\xfe\x00", "damaged"),
    ],
)
def test_texts_that_describe_no_model(text, error, good, tmp_path):
    refused(with_config(tmp_path / "m.keras", good, text), error)
    if isinstance(text, str):
        with pytest.raises(ValueError, match=error if error != "damaged" else "does not describe"):
            models.model_from_json(text)


def change(config, path, value):
    *path, last = path
    for step in path:
        config = config[step]
    config[last] = value


LAYERS = ("config", "layers")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((*LAYERS, 1, "config", "units"), 10**9),
        ((*LAYERS, 1, "config", "units"), 10**19),
        ((*LAYERS, 0, "config", "batch_shape"), [None, 10**12]),
        ((*LAYERS, 1, "build_config", "input_shape"), [None, 10**12]),
        (("build_config", "input_shape"), [None, 10**12]),
        ((*LAYERS, 1), {"class_name": "Embedding", "config": {"input_dim": 10**9, "output_dim": 64}}),
        ((*LAYERS, 1), {"class_name": "RepeatVector", "config": {"n": 10**9}}),
        ((*LAYERS, 1), {"class_name": "Reshape", "config": {"target_shape": [10**9, 10**9]}}),
        ((*LAYERS, 2), {"class_name": "AUC", "module": "keras.metrics", "config": {"num_thresholds": 10**9}}),
        (("compile_config", "metrics", 1, "config", "num_thresholds"), 10**9),
        (("compile_config", "metrics", 0), {"class_name": "MeanIoU", "config": {"num_classes": 10**7}}),
        (("compile_config", "metrics", 0), {"class_name": "AUC", "config": {"num_labels": 10**7, "multi_label": True}}),
        (("compile_config", "loss"), {"class_name": "__numpy__", "config": {"value": ["a"], "dtype": "S1000000000"}}),
        (LAYERS, [{"class_name": "Dense", "config": {"units": 1}}] * 5000),
        ((*LAYERS, 1, "config", "layers"), [{}] * 5000),
    ],
)
def test_a_few_bytes_cannot_ask_for_much_memory(path, value, config, good, tmp_path):
    change(config, path, value)
    refused(with_config(tmp_path / "m.keras", good, config), "m.keras'")


def test_no_number_in_a_description_takes_much_memory(config, good, tmp_path):
    places = []

    def find(part, path=()):
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            if isinstance(value, (dict, list)):
                find(value, (*path, key))
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                places.append((*path, key))

    find(config)
    assert len(places) > 15
    for place in places:
        for value in (10**12, 50_000_000, -1, math.nan, "10"):
            hostile = copy.deepcopy(config)
            change(hostile, place, value)
            path = with_config(tmp_path / "m.keras", good, hostile)
            tracemalloc.start()
            assert len(str(outcome(saving.load_model, path))) < 1200
            assert tracemalloc.get_traced_memory()[1] < 5e7, (place, value)
            tracemalloc.stop()


def test_nothing_that_a_file_names_is_imported_or_run(config, good, tmp_path, monkeypatch):
    (tmp_path / "evil_module.py").write_text("raise SystemExit('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    evil = [
        {"module": "evil_module", "class_name": "Evil", "config": {}, "registered_name": "Evil"},
        {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
        {"module": "builtins", "class_name": "function", "config": "exec", "registered_name": "function"},
        {"module": "keras.src.utils.python_utils", "class_name": "function", "config": "func_load"},
        {"module": "keras.saving", "class_name": "function", "config": "load_model"},
        {"module": "keras.callbacks", "class_name": "CSVLogger", "config": {"filename": "evil"}},
        {"module": "keras.layers", "class_name": "__init__", "config": {}},
        {"class_name": "Lambda", "module": "keras.layers", "config": {"function": {
            "class_name": "__lambda__", "config": {"value": ["4wEAAAAAAAAA", None, None]}}}},
    ]  # fmt: skip
    places = [
        (*LAYERS, 1),
        (*LAYERS, 1, "config", "activation"),
        ("compile_config", "loss"),
        ("compile_config", "optimizer"),
    ]
    for part in evil:
        for place in places:
            hostile = copy.deepcopy(config)
            change(hostile, place, part)
            for safe_mode in (True, False):
                refused(with_config(tmp_path / "m.keras", good, hostile), "cannot be loaded", safe_mode=safe_mode)
    assert "evil_module" not in sys.modules
    assert sorted(each.name for each in tmp_path.iterdir()) == ["evil_module.py", "m.keras"]


def test_code_of_a_lambda_gives_way_to_a_function_of_ones_own(config, good, tmp_path):
    code = {"class_name": "__lambda__", "config": {"value": ["4wEAAAAAAAAA", None, None]}}
    change(config, (*LAYERS, 2), {"class_name": "Lambda", "module": "keras.layers", "config": {"function": code}})
    path = with_config(tmp_path / "m.keras", good, config)
    refused(path, r"never run \(not even with `safe_mode=False`\).*custom_objects=\{'<lambda>': function\}")
    loaded = saving.load_model(path, {"<lambda>": np.abs}, compile=False)
    assert loaded.layers[1].function is np.abs


# The weights


def spoil(path, good, edit):
    """A weights file like the good one, but for what `edit(file)` does to it."""
    path.write_bytes(good[WEIGHTS])
    with h5py.File(path, "a") as file:
        edit(file)
    return path


def replace(file, place, make):
    group, name = file[place.rsplit("/", 1)[0]], place.rsplit("/", 1)[1]
    del group[name]
    make(group, name)


KERNEL, BIAS, STEP, RATE = "layers/dense/vars/0", "layers/dense/vars/1", "optimizer/vars/0", "optimizer/vars/1"
BIG = (10**6, 10**6)


def set_soft_link(group, name):
    group[name] = h5py.SoftLink("/optimizer/vars/2")


def set_external_link(group, name):
    group[name] = h5py.ExternalLink("other.h5", "/secret")


def set_external_data(group, name):
    group.create_dataset(name, (3, 4), "f4", external=[("/etc/passwd", 0, 48)])


def set_virtual(group, name):
    layout = h5py.VirtualLayout((3, 4), "f4")
    layout[:] = h5py.VirtualSource("other.h5", "secret", (3, 4))
    group.create_virtual_dataset(name, layout)


SPOILED = {
    "soft link": (KERNEL, set_soft_link, "link to somewhere else"),
    "external link": (KERNEL, set_external_link, "link to somewhere else"),
    "external data": (KERNEL, set_external_data, "from another file"),
    "virtual data": (KERNEL, set_virtual, "from another file"),
    "linked group": ("layers/dense/vars", set_soft_link, "link to somewhere else"),
    "array for a group": ("layers/dense/vars", lambda g, n: g.create_dataset(n, data=[1.0]), "Expected a Group"),
    "group for an array": (KERNEL, lambda g, n: g.create_group(n), "Expected a Dataset"),
    "compressed": (KERNEL, lambda g, n: g.create_dataset(n, (3, 4), "f4", compression="gzip"), "compressed or in piec"),
    "shape bomb": (KERNEL, lambda g, n: g.create_dataset(n, BIG, "f4", compression="gzip"), "compressed or in piec"),
    "never written": (KERNEL, lambda g, n: g.create_dataset(n, BIG, "f4"), "not there in full"),
    "text": (KERNEL, lambda g, n: g.create_dataset(n, data=["a", "b"]), "does not hold numbers"),
    "references": (KERNEL, lambda g, n: g.create_dataset(n, (3, 4), h5py.ref_dtype), "does not hold numbers"),
    "records": (KERNEL, lambda g, n: g.create_dataset(n, (3, 4), "f4,f4"), "does not hold numbers"),
    "complex": (KERNEL, lambda g, n: g.create_dataset(n, (3, 4), "c8"), "does not hold numbers"),
    "nothing": (KERNEL, lambda g, n: g.create_dataset(n, data=h5py.Empty("f4")), "does not hold numbers"),
    "another shape": (KERNEL, lambda g, n: g.create_dataset(n, data=np.ones((4, 3), "f4")), r"kernel \(3, 4\)"),
    "another name": (BIAS, lambda g, n: g.create_dataset("2", data=np.ones(4, "f4")), r"bias \(4,\)"),
    "step of -1": (STEP, lambda g, n: g.create_dataset(n, data=np.int32(-1)), "`iteration` must be a number, 0 or"),
    "rate of NaN": (RATE, lambda g, n: g.create_dataset(n, data=np.float32(np.nan)), "`learning_rate` must be"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_weights_that_are_not_plain_arrays(name, model, good, tmp_path):
    place, make, text = SPOILED[name]
    path = spoil(tmp_path / "m.weights.h5", good, lambda file: replace(file, place, make))
    before = numbers(model)
    with pytest.raises(ValueError, match=text):
        model.load_weights(path)
    assert_unchanged(model, before)
    refused(pack(tmp_path / "m.keras", {**good, WEIGHTS: path.read_bytes()}.items()), text)


def test_a_step_that_is_no_whole_number_leaves_the_optimizer_alone(model, good, tmp_path):
    def edit(file):
        replace(file, STEP, lambda group, name: group.create_dataset(name, data=np.float32(1e30)))

    before = numbers(model)
    with pytest.warns(UserWarning, match="starts anew"):
        model.load_weights(spoil(tmp_path / "m.weights.h5", good, edit))
    assert_unchanged(model, before)


class Hoard(layers.Layer):
    def build(self, input_shape):
        self.factor = self.add_weight((), "ones", name="factor")

    def call(self, inputs):
        return inputs * self.factor

    def save_own_variables(self, store):
        store["data"] = np.zeros(10_000)

    def load_own_variables(self, store):
        self.loaded = dict(store)


def test_the_same_bytes_under_many_names_are_read_once(tmp_path):
    model = Sequential([layers.Input((3,)), Hoard()])
    model.save_weights(tmp_path / "m.weights.h5")
    model.load_weights(tmp_path / "m.weights.h5")
    assert list(model.layers[0].loaded) == ["data"]
    with h5py.File(tmp_path / "m.weights.h5", "a") as file:
        group = file["layers/hoard/vars"]
        for number in range(1000):
            group[str(number)] = group["data"]  # 80 MB that take 80 kB
    with pytest.raises(ValueError, match="more numbers than there are bytes"):
        model.load_weights(tmp_path / "m.weights.h5")


# Anything at all


def outcome(action, *arguments):
    """`"loads"`, or the error; only those that say what is wrong with a file are allowed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            action(*arguments)
        except (ValueError, OSError) as error:
            return error
    return "loads"


changes = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8
)  # where, and what


def damaged(content, changes, cut):
    content = bytearray(content)
    for where, value in changes:
        content[int(where * len(content))] = value
    return bytes(content[: int(cut * len(content)) if cut < 0.9 else len(content)])


some = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@some
@given(changes=changes, cut=st.floats(0, 10))
def test_damaged_archives(changes, cut, good, model, tmp_path):
    content = pack(tmp_path / "m.keras", good.items()).read_bytes()
    (tmp_path / "m.keras").write_bytes(damaged(content, changes, cut))
    before = numbers(model)
    outcome(saving.load_model, tmp_path / "m.keras")
    if outcome(model.load_weights, tmp_path / "m.keras") != "loads":
        assert_unchanged(model, before)


@some
@given(changes=changes, cut=st.floats(0, 10), inside=st.booleans())
def test_damaged_weights(changes, cut, inside, good, tmp_path):
    model = make_model()
    model.optimizer.build(model.parameters)
    before = numbers(model)
    content = damaged(good[WEIGHTS], changes, cut)
    path = tmp_path / ("m.keras" if inside else "m.weights.h5")
    if inside:  # the archive is fine, its checksums too
        pack(path, {**good, WEIGHTS: content}.items())
        outcome(saving.load_model, path)
    else:
        path.write_bytes(content)
    if outcome(model.load_weights, path) != "loads":
        assert_unchanged(model, before)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats()
    | st.sampled_from(["relu", "Dense", "keras", "keras.layers", "", "adam", "float64", "mse", "a/b"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["class_name", "config", "module", "units", "layers", "name"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(some, max_examples=300)
@given(data=st.data())
def test_damaged_descriptions(data, good, tmp_path):
    config = part = json.loads(good[CONFIG])
    while True:  # walk to some place, then put anything there, or take away what is there
        key = data.draw(st.sampled_from(sorted(part) if isinstance(part, dict) else range(len(part))))
        if isinstance(part[key], (dict, list)) and part[key] and data.draw(st.integers(0, 3)):
            part = part[key]
            continue
        if data.draw(st.booleans()):
            part[key] = data.draw(anything)
        elif isinstance(part, dict):
            del part[key]
        else:
            part.append(part[key])
        break
    path = with_config(tmp_path / "m.keras", good, config)
    outcome(saving.load_model, path)
    outcome(models.model_from_json, json.dumps(config))


@some
@given(
    st.text(max_size=50) | anything.map(json.dumps) | st.binary(max_size=50).map(lambda text: text.decode("latin-1"))
)
def test_texts_that_are_no_descriptions(text):
    assert isinstance(outcome(models.model_from_json, text), ValueError)


def test_a_stream_of_bytes_is_no_file(good):
    with pytest.raises(ValueError, match="must be the name of a file"):
        saving.load_model(io.BytesIO(good[CONFIG]))
