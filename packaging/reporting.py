"""How the bootstrap speaks: one line per step, and one kind of error for what could not be prepared."""


class SetupError(Exception):
    """Something that the studio needs could not be prepared; the text says what and what to do."""


def say(text: str) -> None:
    """Prints one line about what is being done."""
    print(f"HVStudio: {text}", flush=True)
