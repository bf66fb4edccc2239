"""`load_csv`: every kind of file a reader may bring, and the error for every kind that cannot be learnt from."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kerasschool import config, datasets
from kerasschool.datasets import penguins


@pytest.fixture
def load(tmp_path):
    """`load(text, **arguments)`: the text written to a file and read by `load_csv`."""

    def load(content, **arguments):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return datasets.load_csv(path, **arguments)

    return load


SMALL = "height,width,kind\n1,2,0\n3,4.5,1\n"


def test_names_and_numbers(load):
    x, y, names = load(SMALL)
    np.testing.assert_array_equal(x, [[1, 2], [3, 4.5]])
    np.testing.assert_array_equal(y, [0, 1])
    assert (x.dtype, y.dtype) == ("float32", "float32")
    assert names == (["height", "width"], "kind", [])
    assert (names.features, names.target, names.classes) == tuple(names)


def test_floatx(load):
    config.set_floatx("float64")
    x, y, _ = load(SMALL)
    assert (x.dtype, y.dtype) == ("float64", "float64")


def test_results_are_contiguous(load):
    table = load(SMALL)
    assert table.x.flags.c_contiguous
    assert table.y.shape == (2,)


@pytest.mark.parametrize(
    ("target", "expected"),
    [("height", [1, 3]), (0, [1, 3]), (-3, [1, 3]), ("width", [2, 4.5]), (np.int64(1), [2, 4.5])],
)
def test_target_by_name_and_number(load, target, expected):
    x, y, names = load(SMALL, target=target)
    assert y.tolist() == expected
    assert x.shape == (2, 2)
    assert names.target not in names.features


def test_penguins_csv_is_readable(load):
    x, y, names = datasets.load_csv(
        penguins.PATH, target="sex", one_hot=["species"], drop=["island", "split"], missing="error"
    )
    assert names.classes == penguins.target_names
    (x_train, y_train), (x_test, y_test) = penguins.load_data()
    order = [names.features.index(name) for name in penguins.feature_names]
    rows = {tuple(row) for row in np.concatenate([x_train, x_test])}
    assert {tuple(row) for row in x[:, order]} == rows
    assert y.sum() == y_train.sum() + y_test.sum()


@pytest.mark.parametrize("fmt", ["%.18e", "%d", "%.3f"])
@pytest.mark.parametrize("delimiter", [" ", ",", ";", "\t", "|"])
def test_files_of_savetxt_as_loadtxt_reads_them(tmp_path, delimiter, fmt):
    path = tmp_path / "pima.csv"
    data = np.arange(24.0).reshape(4, 6) - 3
    np.savetxt(path, data, delimiter=delimiter, fmt=fmt, header="made by savetxt")
    x, y, names = datasets.load_csv(path)
    expected = np.loadtxt(path, delimiter=None if delimiter == " " else delimiter)
    np.testing.assert_array_equal(x, expected[:, :-1])
    np.testing.assert_array_equal(y, expected[:, -1])
    assert names.features == ["column_0", "column_1", "column_2", "column_3", "column_4"]
    assert names.target == "column_5"


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n3,4\n",
        "a;b\r\n1;2\r\n3;4",
        "a\tb\r1\t2\r3\t4\r",
        "a b\n 1  2\n3 4 \n",
        "a | b\n1 | 2\n3 | 4\n",
        "\n\na, b\n# a comment\n1, 2\n\n3, 4\n\n",
        '"a","b"\n"1","2"\n"3","4"\n',
        "a,b\n1e0,+2.0\n3.,.4e1\n",
        b"\xef\xbb\xbfa,b\n1,2\n3,4\n",
        "a,b\n1,2\n3,4\n".encode("utf-16"),
    ],
)
def test_many_spellings_of_one_table(load, content):
    x, y, names = load(content)
    assert (x.tolist(), y.tolist(), names.features, names.target) == ([[1], [3]], [2, 4], ["a"], "b")


def test_a_cell_may_hold_the_delimiter_or_a_line_break(load):
    x, y, names = load('"width, in\nmm",name,y\n1,"Smith, J",0\n2,"Li, W",1\n', drop="name")
    assert (x.tolist(), y.tolist()) == ([[1], [2]], [0, 1])
    assert names.features == ["width, in\nmm"]


def test_line_numbers_are_those_of_the_file(load):
    with pytest.raises(ValueError, match=r"line 6, column 'a'"):
        load('a,b\n# comment\n1,"x\ny"\n\n,z\n')


def test_latin_1(load):
    x, _, names = load("höhe,y\n1,2\n3,4\n".encode("latin-1"))
    assert names.features == ["höhe"]


def test_header_can_be_forced(load):
    assert load("1,2\n3,4\n", header=True).names.features == ["1"]
    x, y, names = load("red,yes\nblue,no\n", header=False, one_hot=[0])
    assert names == (["column_0_blue", "column_0_red"], "column_1", ["no", "yes"])
    assert (x.tolist(), y.tolist()) == ([[0, 1], [1, 0]], [1, 0])


def test_nameless_columns_get_a_name(load):
    assert load(",b,c\n1,2,3\n").names.features == ["column_0", "b"]


def test_text_target_is_numbered_by_alphabet(load):
    _, y, names = load("5.1,setosa\n6.0,virginica\n5.9,versicolor\n5.0,setosa\n")
    assert y.tolist() == [0, 2, 1, 0]
    assert names.classes == ["setosa", "versicolor", "virginica"]


def test_one_hot_of_numbers_is_ordered_by_size(load):
    x, _, names = load("month,y\n10,0\n9,1\n10,1\n", one_hot="month")
    assert names.features == ["month_9", "month_10"]
    assert x.tolist() == [[0, 1], [1, 0], [0, 1]]


def test_missing_rows_can_be_dropped_and_dropped_columns_may_lack_values(load):
    text = "a,b,y\n1,NA,0\n2,5,\n3,6,1\n"
    assert load(text, missing="drop").x.tolist() == [[3, 6]]
    x, y, _ = load(text, missing="drop", drop="b")
    assert (x.tolist(), y.tolist()) == ([[1], [3]], [0, 1])


@pytest.mark.parametrize("sign", ["", "NA", "n/a", "NaN", "null", "None", "?"])
def test_missing_values_are_named_with_line_and_column(load, sign):
    with pytest.raises(ValueError, match=r"2 values missing in 2 rows: line 2, column 'b'; line 4, column 'a'\..*drop"):
        load(f"a,b,y\n1,{sign},0\n2,5,1\n{sign},6,1\n")


def test_many_missing_values_are_counted(load):
    with pytest.raises(ValueError, match=r"9 values missing in 9 rows: (line \d, column 'a'; ){5}and 4 more\."):
        load("a,b\n" + "NA,1\n" * 9)


@pytest.mark.parametrize(
    ("content", "arguments", "text"),
    [
        ("", {}, "is empty"),
        ("\n# only a comment\n", {}, "is empty"),
        ("a,b\n", {}, "one line of names and no rows.*header=False"),
        ("1\n2\n", {}, "No inputs are left.*delimiter="),
        ("a,b,c\n1,2,3\n1,2\n", {}, r"Line 3 has 2 cells, line 1 has 3;.*','.*Received: \['1', '2'\]"),
        ("a b c\n1 2 3\n1\n", {}, "Line 3 has 1 cell, line 1 has 3.*blanks"),
        ("a,b\n1,2\nx,4\n5,6\n", {}, r"Column 'a' has cells that are not numbers: line 3 has 'x'\. Mend"),
        ("a,b\n1,2\n3,x\n5,6\n", {}, r"Column 'b' has cells that are not numbers: line 3 has 'x'"),
        ("id,2019,2020\n1,2,3\n4,5,6\n", {}, "line 1 has 'id'.*header=True"),
        ("a;b\n1,5;2\n2;3\n", {}, "line 2 has '1,5'.*decimal points"),
        ("a,b\n1_000,2\n3,4\n", {}, "line 2 has '1_000'"),
        ("a,b\n1e300,2\n3,4\n", {}, "line 2 has '1e300'"),
        ("a,b\ninf,2\n3,4\n", {}, "line 2 has 'inf'"),
        (
            "kind,b\nred,2\nblue,4\n",
            {},
            r"Column 'kind' holds texts \('blue'; 'red'\).*one_hot=\['kind'\].*drop=\['kind'\]",
        ),
        ("a,a\n1,2\n", {}, "Two columns are called 'a'"),
        ("a,b\n1,NA\n", {"missing": "drop"}, "Every row lacks a value"),
        ("a,b\n" + "".join(f"{n},id{n}\n" for n in range(101)), {}, "101 different values.*another target="),
        ("a,b\n" + "".join(f"id{n},1\n" for n in range(101)), {"one_hot": "a"}, "101 different values"),
        (SMALL, {"target": "knid"}, "Unknown column 'knid'. Did you mean 'kind'"),
        (SMALL, {"target": 3}, "numbered 0 to 2.*target=3"),
        (SMALL, {"target": -4}, "numbered 0 to 2"),
        (SMALL, {"target": True}, "`target` must name a column"),
        (SMALL, {"target": 1.0}, "`target` must name a column"),
        (SMALL, {"drop": ["colour"]}, "Unknown column 'colour'"),
        (SMALL, {"one_hot": ["colour"]}, "Unknown column 'colour'"),
        (SMALL, {"drop": [7]}, "numbered 0 to 2.*drop=7"),
        (SMALL, {"drop": "kind"}, "'kind' is the target; it cannot be in `drop`"),
        (SMALL, {"one_hot": "kind"}, "'kind' is the target; it cannot be in `one_hot`"),
        (SMALL, {"drop": [0, 1]}, "No inputs are left"),
        (SMALL, {"missing": "mean"}, "`missing` must be 'error' or 'drop'.*missing='mean'"),
        (SMALL, {"delimiter": ", "}, "`delimiter` must be one character"),
        (b"PK\x03\x04 workbook", {}, "Excel workbook.*Save the sheet as CSV"),
        (b"\x00\x01\x02", {}, "zero bytes"),
        ("a," + "x" * 200_000 + "\n1,2\n", {}, "line 1 cannot be cut into cells"),
    ],
)
def test_what_cannot_be_learnt_from(load, content, arguments, text):
    with pytest.raises(ValueError, match=f"(?s){text}"):
        load(content, **arguments)


def test_no_file_names_the_nearest(tmp_path):
    (tmp_path / "penguins.csv").write_text(SMALL)
    with pytest.raises(FileNotFoundError, match=r"No file 'pinguins.csv' in .* Did you mean 'penguins.csv'\?"):
        datasets.load_csv(tmp_path / "pinguins.csv")
    with pytest.raises(FileNotFoundError, match=r"In that folder: penguins.csv"):
        datasets.load_csv(str(tmp_path / "x"))
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        datasets.load_csv(tmp_path / "nowhere" / "x.csv")
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        datasets.load_csv(tmp_path / "penguins.csv" / "x.csv")
    with pytest.raises(ValueError, match=r"is a folder. Expected a file in it: penguins.csv"):
        datasets.load_csv(tmp_path)


def test_what_is_no_path():
    with pytest.raises(ValueError, match="Download the file first"):
        datasets.load_csv("https://example.org/table.csv")
    with pytest.raises(TypeError, match="`path` must be the name of a file. Received: path=3"):
        datasets.load_csv(3)


def outcome(tmp_path, content, **arguments):
    """The loaded table, checked, or None if it was refused; any other exception fails the test."""
    path = tmp_path / "fuzz.csv"
    path.write_bytes(content)
    try:
        x, y, names = datasets.load_csv(path, **arguments)
    except ValueError:
        return None
    assert x.ndim == 2
    assert y.shape == (len(x),)
    assert x.shape[1] == len(names.features) > 0
    assert np.isfinite(x).all()
    assert np.isfinite(y).all()
    return x, y, names


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@given(st.binary())
@example(b"\xff\xfe\x00")
@example(b'"')
@example(b"1,2\n1,\xd9\xa3\n")
@settings(max_examples=300)
def test_any_bytes_give_a_table_or_a_teaching_error(folder, content):
    outcome(folder, content)


cells = st.one_of(
    st.floats(allow_nan=True).map(repr),
    st.integers().map(str),
    st.sampled_from(["", "NA", "x", '"', '"a,b"', "1_0", "1,5", "0x1", "#", " ", "a b"]),
    st.text(max_size=3),
)
lines = st.lists(st.lists(cells, min_size=1, max_size=4), max_size=5)


@given(
    lines,
    st.sampled_from([",", ";", "\t", " ", "|"]),
    st.sampled_from([None, ",", ";", " ", "\t", "#", "x"]),
    st.sampled_from([None, True, False]),
    st.sampled_from(["error", "drop"]),
    st.lists(st.integers(-2, 2), max_size=2),
)
@settings(max_examples=500)
def test_any_table_gives_a_table_or_a_teaching_error(folder, rows, sign, delimiter, header, missing, one_hot):
    text = "\n".join(sign.join(row) for row in rows)
    outcome(
        folder,
        text.encode("utf-8", "replace"),
        delimiter=delimiter,
        header=header,
        missing=missing,
        one_hot=one_hot,
    )


@given(
    st.lists(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=3, max_size=3), min_size=1),
    st.sampled_from([",", ";", "\t", "|", " "]),
)
def test_numbers_come_back_as_they_were(folder, rows, sign):
    text = "\n".join(sign.join(map(repr, row)) for row in rows)
    x, y, _ = outcome(folder, text.encode())
    np.testing.assert_array_equal(np.column_stack([x, y]), np.float32(rows))


def test_a_name_that_no_file_can_have():
    with pytest.raises(ValueError, match="cannot be read: File name too long"):
        datasets.load_csv("a" * 5000)
