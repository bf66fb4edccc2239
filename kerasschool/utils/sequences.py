"""Rows of different lengths made one table.

Source: `keras.utils.pad_sequences`.
"""

import numpy as np

from kerasschool.errors import check_one_of, check_whole, message


def pad_sequences(sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0):
    """Lists of different lengths as rows of equal length.

    Args:
        sequences: list of lists (or arrays that agree in every axis but the first).
        maxlen: the length of the rows; None for that of the longest list.
        dtype: type of the result.
        padding: `"pre"` fills short lists in front, `"post"` behind.
        truncating: `"pre"` cuts long lists in front, `"post"` behind.
        value: what is filled in.

    Returns:
        Array of shape `(len(sequences), maxlen, …)`.

    >>> pad_sequences([[1], [2, 3], [4, 5, 6]]).tolist()
    [[0, 0, 1], [0, 2, 3], [4, 5, 6]]
    >>> pad_sequences([[1], [4, 5, 6]], maxlen=2, padding="post").tolist()
    [[1, 0], [5, 6]]
    """
    check_one_of("padding", padding, ("pre", "post"))
    check_one_of("truncating", truncating, ("pre", "post"))
    rows = [_as_row(row) for row in sequences]
    length = max(map(len, rows), default=0) if maxlen is None else check_whole("maxlen", maxlen, 0)
    inner = next((row.shape[1:] for row in rows if len(row)), ())
    table = np.full((len(rows), length, *inner), value, dtype)
    for place, row in zip(table, rows):
        if len(row) and row.shape[1:] != inner:
            raise ValueError(
                message("All lists must hold entries of the same shape.", f"Expected {inner}.", shape=row.shape[1:])
            )
        kept = row[max(len(row) - length, 0) :] if truncating == "pre" else row[:length]
        place[length - len(kept) if padding == "pre" else 0 :][: len(kept)] = kept
    return table


def _as_row(row):
    try:
        return np.asarray([*row])
    except (TypeError, ValueError) as error:
        raise ValueError(
            message("`pad_sequences` needs a list of lists.", "For example `[[1], [2, 3]]`.", row=row)
        ) from error
