"""What the parser of options complains about, said without its own words for types and ranges."""

import re

_OPTION = re.compile(r"Invalid value for '(?P<option>[^']+)': (?P<why>.+?)\.?")
_PLAIN = (
    (r"Input should be a valid number\b.*", "takes a number"),
    (r"Input should be a valid integer\b.*", "takes a whole number"),
    (r"Input should be greater than or equal to (\S+)", r"takes \1 or more"),
    (r"Input should be less than or equal to (\S+)", r"takes \1 or less"),
    (r"'(.*)' is not one of (.+)", r"takes one of \2, not '\1'"),
)


def in_plain_words(message: str) -> str:
    """The sentence for a person; one that is none of the parser's usual ones stays as it is."""
    message = message.replace("Value error, ", "")
    absent = re.fullmatch(r"Missing argument '([^']+)'\.(?: Choose from:\s*(.+))?", message, re.DOTALL)
    if absent is not None:
        choices = " or ".join((absent[2] or "").replace(",", " ").split())
        return f"{absent[1]} is missing{': give ' * bool(choices)}{choices}; --help tells more"
    found = _OPTION.fullmatch(message)
    if found is None:
        return message
    for pattern, words in _PLAIN:
        if re.fullmatch(pattern, found["why"]):
            return f"{found['option']} {re.sub(pattern, words, found['why'])}"
    return message
