"""The command ``sij``: parse, call one thing, answer. Bad input is one sentence on stderr and exit code 2."""

from sijoint.cli.app import main

__all__ = ["main"]
