"""What argparse says about a command line it does not understand, in the person's language: it speaks English only."""

from __future__ import annotations

import re

from crm_desktop.words import _


def in_our_words(message: str) -> str:
    """The same complaint in the language in use; one that is not known stays as it is."""
    about = re.fullmatch(r"argument (.+?): (.+)", message, re.DOTALL)
    if about:
        return f"{about[1]}: {in_our_words(about[2])}"
    for pattern, words in (
        (r"the following arguments are required: (.+)", _("missing: {}")),
        (r"one of the arguments (.+) is required", _("one of these is missing: {}")),
        (r"unrecognized arguments: (.+)", _("not known here: {}")),
        (r"invalid choice: (.+) \(choose from (.+)\)", _("{} is not among {}")),
        (r"expected (?:one|at least one|\d+) arguments?", _("a value is missing")),
        (r"not allowed with argument (.+)", _("not together with {}")),
        (r"ignored explicit argument (.+)", _("takes no value, but got {}")),
        (r"ambiguous option: (.+) could match (.+)", _("{} may mean {}")),
        (r"invalid \S+ value: (.+)", _("{} cannot be read")),
    ):
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return words.format(*found.groups())
    return message
