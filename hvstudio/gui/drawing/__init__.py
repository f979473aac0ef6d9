"""How a diagram is drawn, on the screen and in pictures."""
