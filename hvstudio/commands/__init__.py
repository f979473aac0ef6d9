"""The commands of the command line, one file each; `hvstudio.cli` reads the arguments and calls them."""
