"""The main window and what surrounds the canvas: actions, menus, bars, dialogs."""
