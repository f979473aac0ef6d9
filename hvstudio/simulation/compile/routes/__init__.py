"""The ways of a request to the devices, step by step."""
