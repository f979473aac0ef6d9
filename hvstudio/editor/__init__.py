"""The application without a screen: workspace, gestures, clipboard."""
