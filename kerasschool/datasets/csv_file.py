"""`load_csv`: the reader's own table as the arrays that `fit` takes. Lesson 01.

A table is read as text, cell by cell, so that an error can say in which line and column it stands. Nothing is guessed
about what a cell means: what is not a number is named, and the reader decides.
"""

import csv
import difflib
import os
import pathlib
from typing import NamedTuple

import numpy as np

from kerasschool import config
from kerasschool.errors import message, short, unknown

DELIMITERS = ("\t", ";", "|", ",")  # in this order: text cells hold commas more often than the others
MISSING = ("", "?", "na", "n/a", "nan", "null", "none")  # in any case
MOST_FLAGS = 100  # more different texts than this are an identifier, not a category
LARGEST = float(np.finfo("float32").max)
SHOWN = 5  # cells listed in one error


class Names(NamedTuple):
    """What the columns of a loaded table are called.

    Args:
        features: the name of each column of `x`, in order.
        target: the name of the column that became `y`.
        classes: for a target of texts, the text that each label 0, 1, 2, … stands for; else an empty list.
    """

    features: list
    target: str
    classes: list


class Table(NamedTuple):
    """A loaded table; unpack it as `x, y, names = load_csv(...)`."""

    x: np.ndarray
    y: np.ndarray
    names: Names


def load_csv(path, target=-1, *, header=None, delimiter=None, one_hot=(), drop=(), missing="error"):
    """Read a table from a text file: inputs `x`, target `y` and the names of the columns.

    Commas, semicolons, tabs, `|` and blanks (files of `np.savetxt`) are told apart by themselves; empty lines and
    lines that begin with `#` are skipped.

    Args:
        path: the file.
        target: the column to predict, by name, or by number from 0 (-1 is the last). If it holds texts, they are
            numbered in alphabetical order, and `names.classes` lists them.
        header: True if the first line holds the names, False if it is data; None decides: it holds names if none of
            its cells is a number. Columns without a name are called `column_0`, `column_1`, …
        delimiter: the sign between two cells; None finds it.
        one_hot: names or numbers of columns of categories; each becomes one 0/1 column per category.
        drop: names or numbers of columns to leave out.
        missing: what to do with rows that lack a value (an empty cell, `NA`, `NaN`, `null`, `None` or `?`):
            `"error"` names them, `"drop"` leaves them out.

    Returns:
        `Table(x, y, names)`: `x` of shape `(rows, inputs)` and `y` of shape `(rows,)`, both of type `config.floatx()`.

    Raises:
        FileNotFoundError: with the nearest name in that folder.
        ValueError: if the file holds no table of numbers; it names the line and column that is in the way.

    >>> import os, tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "plants.csv")
    >>> with open(path, "w") as file:
    ...     _ = file.write("height,soil,kind\\n1.5,clay,tree\\n0.25,sand,bush\\n")
    >>> x, y, names = load_csv(path, target="kind", one_hot=["soil"])
    >>> names.features, names.classes
    (['height', 'soil_clay', 'soil_sand'], ['bush', 'tree'])
    >>> x.tolist(), y.tolist()
    ([[1.5, 1.0, 0.0], [0.25, 0.0, 1.0]], [1.0, 0.0])
    """
    if missing not in ("error", "drop"):
        raise ValueError(message("`missing` must be 'error' or 'drop'.", missing=missing))
    names, rows, lines = read_cells(path, header, delimiter)
    target = column_number(target, names, "target")
    flagged = {column_number(column, names, "one_hot") for column in as_list(one_hot)}
    dropped = {column_number(column, names, "drop") for column in as_list(drop)}
    kept = [number for number in range(len(names)) if number not in dropped]
    if target in dropped or target in flagged:
        where = "`drop`" if target in dropped else "`one_hot`"
        raise ValueError(f"Column {names[target]!r} is the target; it cannot be in {where} as well.")
    if kept == [target]:
        raise ValueError(
            f"No inputs are left: the only column is the target {names[target]!r}. A table needs at least two columns. "
            "If the cells of a line were not told apart, pass delimiter=, for example delimiter=';'."
        )
    rows, lines = without_missing(rows, lines, names, kept, missing)

    columns, features = [], []
    for number in kept:
        cells = [row[number] for row in rows]
        if number == target:
            y, classes = as_target(cells, names[number], lines)
        elif number in flagged:
            categories = as_categories(cells, names[number])
            columns += [np.array([cell == each for cell in cells], float) for each in categories]
            features += [f"{names[number]}_{each}" for each in categories]
        else:
            columns.append(as_input(cells, names[number], lines))
            features.append(names[number])
    floatx = config.floatx()
    x = np.stack(columns, axis=1).astype(floatx)
    return Table(x, y.astype(floatx), Names(features, names[target], classes))


# From a file to cells.


def read_cells(path, header=None, delimiter=None):
    """The column names, the rows as lists of text, and the line of the file on which each row stands."""
    if delimiter is not None and (not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ValueError(message("`delimiter` must be one character, such as ',' or ';'.", delimiter=delimiter))
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    lines = [(number, line) for number, line in lines if not line.lstrip().startswith("#")]
    if not lines:
        raise ValueError(f"The file {short(str(path))} is empty. Expected a table: one row per line.")
    delimiter = delimiter or find_delimiter([line for _, line in lines[:50]])
    rows, numbers = cut(lines, delimiter)
    has_names = looks_like_names(rows[0]) if header is None else header
    check_widths(rows, numbers, delimiter)
    if has_names:
        names = [cell or f"column_{number}" for number, cell in enumerate(rows[0])]
        rows, numbers = rows[1:], numbers[1:]
    else:
        names = [f"column_{number}" for number in range(len(rows[0]))]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise ValueError(
                f"Two columns are called {short(name)}. Give each its own name in the first line, "
                "or pass header=False if the first line is data."
            )
    if not rows:
        raise ValueError(
            "The file holds one line of names and no rows. If that line is data, pass header=False. "
            f"Received: {short(lines[0][1])}"
        )
    return names, rows, numbers


def read_text(path):
    """The text of a file in UTF-8 or UTF-16 with its mark, else in Latin-1; or the error that says what it is."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(message("`path` must be the name of a file.", path=path))
    if "://" in str(path):
        raise ValueError(message("load_csv reads files of this machine.", "Download the file first.", path=str(path)))
    path = pathlib.Path(os.path.expanduser(path))
    if os.path.isdir(path):
        raise ValueError(f"{short(str(path))} is a folder. Expected a file in it{listed_tables(path)}.")
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(no_such_file(path)) from None
    except OSError as error:  # a name that is too long, a file that may not be read
        raise ValueError(f"{short(str(path))} cannot be read: {error.strerror or type(error).__name__}.") from error
    if data.startswith(b"PK\x03\x04"):
        raise ValueError("This is a zip archive, perhaps an Excel workbook. Save the sheet as CSV and load that.")
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = data.decode("utf-16")
        else:
            text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\0" in text:
        raise ValueError("This is not a text file: it holds zero bytes. Expected a table as text, one row per line.")
    return text


def no_such_file(path):
    folder = path.parent
    if not folder.is_dir():
        return f"No file {short(str(path))}: there is no folder {short(str(folder))}. You are in {os.getcwd()}."
    files = sorted(each.name for each in folder.iterdir() if each.is_file())
    near = difflib.get_close_matches(path.name, files, n=1, cutoff=0.6)
    hint = f" Did you mean {near[0]!r}?" if near else listed_tables(folder, " In that folder")
    return f"No file {short(path.name)} in {short(str(folder.resolve()))}.{hint}"


def listed_tables(folder, start=""):
    tables = sorted(each.name for each in folder.iterdir() if each.suffix.lower() in (".csv", ".tsv", ".txt", ".data"))
    return f"{start}: {', '.join(tables[:SHOWN])}" if tables else ""


def find_delimiter(lines):
    """The sign that cuts every line into the same number of cells, 2 or more; else the one in most lines."""
    for delimiter in DELIMITERS:
        widths = {line.count(delimiter) for line in lines}
        if len(widths) == 1 and widths != {0}:
            return delimiter
    found = max(DELIMITERS, key=lambda delimiter: sum(delimiter in line for line in lines))
    return found if any(found in line for line in lines) else " "


def cut(lines, delimiter):
    """The cells of each row without the blanks around them, and the line on which the row begins.

    Quotes keep a delimiter or a line break inside a cell.
    """
    if delimiter == " ":
        return [line.split() for _, line in lines], [number for number, _ in lines]
    reader = csv.reader((f"{line}\n" for _, line in lines), delimiter=delimiter, skipinitialspace=True)
    rows, numbers, place = [], [], 0
    try:
        for cells in reader:
            rows.append([cell.strip() for cell in cells])
            numbers.append(lines[place][0])
            place = reader.line_num
    except csv.Error as error:
        raise ValueError(f"The row on line {lines[place][0]} cannot be cut into cells: {error}.") from None
    return rows, numbers


def looks_like_names(cells):
    """True if no cell is a number, as in a line of names."""
    return not any(is_number(cell) for cell in cells) and not all(is_missing(cell) for cell in cells)


def check_widths(rows, lines, delimiter):
    for row, line in zip(rows, lines):
        if len(row) != len(rows[0]):
            sign = "blanks" if delimiter == " " else repr(delimiter)
            raise ValueError(
                f"Line {line} has {count(len(row), 'cell')}, line {lines[0]} has {len(rows[0])}; a table has the same "
                f"number in each. Cells were told apart by {sign}: mend the line, or pass delimiter=. "
                f"Received: {short(row)}"
            )


# From cells to numbers.


def column_number(column, names, argument):
    """The position of a column given by its name or number."""
    if isinstance(column, str):
        if column not in names:
            raise unknown("column", column, names)
        return names.index(column)
    if isinstance(column, bool) or not isinstance(column, (int, np.integer)):
        raise ValueError(message(f"`{argument}` must name a column, or give its number.", **{argument: column}))
    if not -len(names) <= column < len(names):
        last = len(names) - 1
        raise ValueError(message(f"There is no column {column}: they are numbered 0 to {last}.", **{argument: column}))
    return int(column) % len(names)


def as_list(columns):
    if columns is None:
        return []
    return [columns] if isinstance(columns, (str, int, np.integer)) else list(columns)


def is_missing(cell):
    return cell.lower() in MISSING


def is_number(cell):
    """True for a finite number that float32 can hold; Python's own `1_000` is a text here."""
    try:
        value = float(cell)
    except ValueError:
        return False
    return "_" not in cell and abs(value) <= LARGEST


def without_missing(rows, lines, names, kept, missing):
    """The rows and lines that lack no value in the columns kept."""
    lacking = [(place, number) for place, row in enumerate(rows) for number in kept if is_missing(row[number])]
    if not lacking:
        return rows, lines
    incomplete = {place for place, _ in lacking}
    if missing == "error":
        cells = [f"line {lines[place]}, column {names[number]!r}" for place, number in lacking]
        raise ValueError(
            f"{count(len(lacking), 'value')} missing in {count(len(incomplete), 'row')}: {first_few(cells)}. Networks "
            "cannot learn from a missing number. Fill them in, pass missing='drop' to leave these rows out, or "
            "drop=[...] to leave out a column."
        )
    if len(incomplete) == len(rows):
        raise ValueError(
            "Every row lacks a value, so missing='drop' leaves none. Pass drop=[...] to leave out columns."
        )
    whole = [place for place in range(len(rows)) if place not in incomplete]
    return [rows[place] for place in whole], [lines[place] for place in whole]


def as_input(cells, name, lines):
    if not any(is_number(cell) for cell in cells):
        categories = sorted(set(cells))
        raise ValueError(
            f"Column {name!r} holds texts ({first_few([short(each) for each in categories])}); numbers are needed. "
            f"Pass one_hot=[{name!r}] to make a 0/1 column of each, or drop=[{name!r}] to leave it out."
        )
    return as_numbers(cells, name, lines)


def as_numbers(cells, name, lines):
    """The cells as an array, or the error that lists those that are no number."""
    wrong = [f"line {line} has {short(cell)}" for cell, line in zip(cells, lines) if not is_number(cell)]
    if wrong:
        comma = any(cell.count(",") == 1 and is_number(cell.replace(",", ".")) for cell in cells)
        fix = "Write decimal points instead of decimal commas." if comma else "Mend these cells."
        if len(wrong) == 1 and not is_number(cells[0]) and name.startswith("column_"):
            fix = "If that line holds the names of the columns, pass header=True; else mend the cell."
        raise ValueError(f"Column {name!r} has cells that are not numbers: {first_few(wrong)}. {fix}")
    return np.array([float(cell) for cell in cells])


def as_target(cells, name, lines):
    """The target as numbers, and the texts that its labels stand for."""
    if any(is_number(cell) for cell in cells):
        return as_numbers(cells, name, lines), []
    classes = as_categories(cells, name)
    label = {each: number for number, each in enumerate(classes)}
    return np.array([label[cell] for cell in cells], float), classes


def as_categories(cells, name):
    """The different cells in order: by size if all are numbers, else by alphabet."""
    categories = sorted(set(cells))
    if len(categories) > MOST_FLAGS:
        raise ValueError(
            f"Column {name!r} has {len(categories)} different values, which is too many for categories (at most "
            f"{MOST_FLAGS}). Leave it out with drop=[{name!r}], or choose another target=."
        )
    return sorted(categories, key=float) if all(is_number(each) for each in categories) else categories


# Words for messages.


def count(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def first_few(texts):
    rest = len(texts) - SHOWN
    return "; ".join(texts[:SHOWN]) + (f"; and {rest} more" if rest > 0 else "")
