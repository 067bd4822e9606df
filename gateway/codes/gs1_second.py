"""A second opinion on every GS1 element string, from the library biip, so that one mistake of ours books nothing.

The only door to biip. It is loaded with the first label, as it takes a tenth of a second.
"""

from __future__ import annotations


def objection(ai: str, value: str) -> str:
    """Why biip refuses an element string as a whole, "" when it agrees. Never raises, whatever the value.

    Dates are left to our own rules: biip takes the century from the clock.
    """
    from biip import ParseConfig, ParseError
    from biip.gs1_element_strings import GS1ElementString

    try:
        found = GS1ElementString.parse(ai + value, config=ParseConfig(gs1_element_strings_verify_date=False))
    except ParseError:
        return f"({ai}) {value[:90]!r} does not have the format of this identifier"
    except Exception as error:  # noqa: BLE001  whatever a library does with hostile input must not end a scan
        return f"({ai}) {value[:90]!r} cannot be read ({type(error).__name__})"
    if found.ai.ai != ai or found.value != value:
        return f"({ai}) {value[:90]!r} is read as ({found.ai.ai}) {found.value[:90]!r} elsewhere"
    wrong = found.gtin_error or found.sscc_error or found.gln_error
    return f"({ai}) {value[:90]!r} is no valid number" if wrong else ""
