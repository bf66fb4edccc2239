"""`model.summary()`: the table of layers, shapes and parameters that Keras prints.

Lesson: 02. Source: `keras.utils.summary_utils`.
"""

import html
import re
import sys

from kerasschool.errors import message


def print_summary(model, line_length=None, print_fn=None, expand_nested=False, show_trainable=False, layer_range=None):
    """Print the table, as HTML in a notebook and as text elsewhere (or through `print_fn`)."""
    rows = summary_rows(model, expand_nested, show_trainable, layer_range)
    totals = summary_totals(model)
    title = f'Model: "{model.name}"'
    text = "\n".join([title, as_text(rows, line_length), *totals])
    if print_fn is not None:
        print_fn(text)
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
        name = f"{'    ' * depth}{layer.name} ({type(layer).__name__})"
        rows.append([name, shape, count] + (["Y" if layer.trainable else "N"] if show_trainable else []))
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


def as_text(rows, line_length=None):
    """The table with Keras's lines: double below the header, single between layers."""
    wanted = [31, 22, 13] if len(rows[0]) == 3 else [24, 20, 11, 9]
    widths = [max(width, *(len(row[i]) for row in rows)) for i, width in enumerate(wanted)]
    if line_length is not None:
        widths[0] = max(widths[0] + line_length - sum(widths) - 3 * len(widths) - 1, max(len(row[0]) for row in rows))
    sides = ["<", "<", ">", "^"]

    def cells(row, bar):
        padded = [f" {cell:{side}{width}} " for cell, side, width in zip(row, sides, widths, strict=False)]
        return bar + bar.join(padded) + bar

    def rule(left, line, cross, right):
        return left + cross.join(line * (width + 2) for width in widths) + right

    lines = [rule("┏", "━", "┳", "┓"), cells(rows[0], "┃"), rule("┡", "━", "╇", "┩")]
    for index, row in enumerate(rows[1:]):
        lines += [rule("├", "─", "┼", "┤")] if index else []
        lines.append(cells(row, "│"))
    return "\n".join([*lines, rule("└", "─", "┴", "┘")])


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
