"""The event loop, compiled or interpreted, and the memory it works on."""
