"""Several codes of one label put together: what a camera sees at once, or a worker scans one after another."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.codes.checkdigit import is_digits
from gateway.codes.di_table import di_keys
from gateway.codes.gs1_meaning import gs1_keys
from gateway.codes.gs1_pair import missing_partners, wrong_pairs
from gateway.parsed import KEY_NAMES, Flaw, Keys, Label, Syntax


def merged(labels: Sequence[Label]) -> Label:
    """One label that says what all of them say; errors where they contradict each other or one has an error.

    GS1's rules on pairs are judged again over all elements, as they are about all symbols on the same goods.
    """
    if len(labels) == 1:
        return labels[0]
    read_by_rules = [label for label in labels if label.syntax is not Syntax.TEMPLATE]
    elements = tuple(dict.fromkeys(element for label in read_by_rules for element in label.elements))
    of_gs1 = tuple(one for one in elements if is_digits(one.id))
    of_di = tuple(one for one in elements if not is_digits(one.id))
    keys_of_di, errors_of_di, warnings = di_keys(of_di)
    own = [label for label in labels if label.syntax is Syntax.TEMPLATE]
    keys, conflicts = _united([gs1_keys(of_gs1), keys_of_di, *(label.keys for label in own)])
    errors = (*(flaw for label in labels for flaw in label.errors), *wrong_pairs(of_gs1), *errors_of_di, *conflicts)
    return Label(
        raw=b"\n".join(label.raw for label in labels),
        syntax=Syntax.ASSEMBLED,
        text="\n".join(label.text for label in labels),
        elements=(*elements, *(element for label in own for element in label.elements)),
        keys=Keys() if errors else keys,
        warnings=(*warnings, *missing_partners(of_gs1)),
        errors=errors,
    )


def _united(parts: Sequence[Keys]) -> tuple[Keys, tuple[Flaw, ...]]:
    keys = Keys()
    flaws = []
    for name in KEY_NAMES:
        values = list(dict.fromkeys(value for part in parts if (value := getattr(part, name))))
        if len(values) > 1:
            text = f"The codes say different things of {name}: {values[0]} and {values[1]}."
            flaws.append(Flaw("CONFLICT", text, str(values[1]), str(values[0]), name))
        elif values:
            keys = keys.having(name, values[0])
    return keys, tuple(flaws)
