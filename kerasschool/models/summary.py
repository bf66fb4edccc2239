"""`model.summary()`: the table of layers, shapes and parameters that Keras prints.

Lesson: 02. Source: `keras.utils.summary_utils`.
"""

import html
import re
import shutil
import sys
import textwrap

from kerasschool.errors import message


def print_summary(
    model,
    line_length=None,
    positions=None,
    print_fn=None,
    expand_nested=False,
    show_trainable=False,
    layer_range=None,
):
    """Print the table, as HTML in a notebook and as text elsewhere (or through `print_fn`)."""
    rows = summary_rows(model, expand_nested, show_trainable, layer_range)
    totals = summary_totals(model)
    title = f'Model: "{model.name}"'
    text = "\n".join([title, as_text(rows, line_length, positions), *totals])
    if print_fn is not None:
        print_fn(text + "\n")
    elif in_notebook():
        bundle = {"text/plain": text, "text/html": as_html(title, rows, totals)}
        sys.modules["IPython"].display.display(bundle, raw=True)
    else:
        print(text)


def summary_rows(model, expand_nested=False, show_trainable=False, layer_range=None):
    """The table as lists of texts, the header first."""
    header = ["Layer (type)", "Output Shape", "Param #"] + (["Trainable"] if show_trainable else [])
    rows = [header]
    for layer, depth in _layers(model, expand_nested, layer_range):
        shape = str(tuple(layer.compute_output_shape(layer.built_shape))) if _has_shape(layer) else "?"
        count = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
        indent = "   " * depth + "└ " if depth else ""
        trainable = "-" if not layer.weights else "Y" if layer.trainable else "N"
        name = f"{indent}{layer.name} ({type(layer).__name__})"
        rows.append([name, shape, count] + ([trainable] if show_trainable else []))
    return rows


def _has_shape(layer):
    return layer.built_shape is not None


def _layers(model, expand_nested, layer_range):
    layers = model.layers
    if layer_range is not None:
        if len(layer_range) != 2:
            raise ValueError(message("`layer_range` must hold two names.", layer_range=layer_range))
        found = [[i for i, layer in enumerate(layers) if re.match(pattern, layer.name)] for pattern in layer_range]
        if not all(found):
            raise ValueError(
                message(
                    "No layer has this name.",
                    f"The layers are {', '.join(layer.name for layer in layers)}.",
                    layer_range=layer_range,
                )
            )
        layers = layers[min(found[0]) : max(found[1]) + 1]
    for layer in layers:
        yield layer, 0
        if expand_nested and hasattr(layer, "layers"):
            for inner, depth in _layers(layer, True, None):
                yield inner, depth + 1


def summary_totals(model):
    """The lines below the table."""
    trainable, frozen = model.trainable_weights, model.non_trainable_weights
    optimizer = getattr(model, "optimizer", None)
    state = optimizer.variables if optimizer is not None and optimizer.built else []
    lines = [
        _line("Total params", [*trainable, *frozen, *state]),
        _line("Trainable params", trainable),
        _line("Non-trainable params", frozen),
    ]
    return lines + ([_line("Optimizer params", state)] if state else [])


def _line(label, weights):
    size = sum(weight.value.nbytes for weight in weights)
    units = ["B", "KB", "MB", "GB", "TB"]
    while size >= 1024 and len(units) > 1:
        size, units = size / 1024, units[1:]
    return f" {label}: {sum(weight.value.size for weight in weights):,} ({size:.2f} {units[0]})"


def as_text(rows, line_length=None, positions=None):
    """The table with Keras's lines: double below the header, single between layers.

    Args:
        line_length: width in characters; None for that of the terminal, at most 88 (100 with four columns).
        positions: where the columns end, as shares of the width.
    """
    widths = column_widths(len(rows[0]), line_length, positions)
    sides = ["<", "<", ">", "^"]

    def lines_of(row, bar):
        wrapped = [wrap(cell, width) for cell, width in zip(row, widths)]
        height = max(map(len, wrapped))
        for line in zip(*(lines + [""] * (height - len(lines)) for lines in wrapped)):
            yield bar + bar.join(f" {text:{side}{width}} " for text, side, width in zip(line, sides, widths)) + bar

    def rule(left, line, cross, right):
        return left + cross.join(line * (width + 2) for width in widths) + right

    lines = [rule("┏", "━", "┳", "┓"), *lines_of(rows[0], "┃"), rule("┡", "━", "╇", "┩")]
    for index, row in enumerate(rows[1:]):
        lines += [rule("├", "─", "┼", "┤")] if index else []
        lines += lines_of(row, "│")
    return "\n".join([*lines, rule("└", "─", "┴", "┘")])


def column_widths(columns, line_length=None, positions=None):
    """How many characters each column has, the spaces beside it left out."""
    positions = list(positions or [0.45, 0.80, 1.0])
    longest = 88
    if columns == 4:
        positions, longest = [0.9 * position for position in positions] + [1.0], 100
    line_length = line_length or min(longest, shutil.get_terminal_size().columns - 4)
    ends = [int(position * line_length) for position in positions]
    widths = [end - start for start, end in zip([0, *ends], ends)]
    if min(widths) < 4:
        raise ValueError(message("There is not enough room for the table.", line_length=line_length))
    too_much = sum(widths) + 3 * columns + 1 - line_length  # two spaces and a bar per column: taken off evenly
    for index in range(columns):
        less = round(too_much / (columns - index))
        widths[index] -= less
        too_much -= less
    return widths


def wrap(text, width):
    """`text` in lines of at most `width` characters, broken at spaces; a longer word is cut off with a …"""
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False, drop_whitespace=True)
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines] or [""]


def as_html(title, rows, totals):
    """The table for a notebook; colours come from its theme."""

    def row(cells, tag):
        sides = ["left", "left", "right", "center"]
        return (
            "<tr>"
            + "".join(
                f'<{tag} style="text-align:{side}">{html.escape(cell)}</{tag}>'
                for cell, side in zip(cells, sides, strict=False)
            )
            + "</tr>"
        )

    body = "".join(row(cells, "td") for cells in rows[1:])
    foot = "<br>".join(html.escape(line.strip()) for line in totals)
    return (
        f"<p><b>{html.escape(title)}</b></p><table><thead>{row(rows[0], 'th')}</thead><tbody>{body}</tbody></table>"
        f"<p>{foot}</p>"
    )


def in_notebook():
    """True inside a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return shell is not None and hasattr(shell, "kernel")
