"""The diagram on the screen and in exported pictures."""
