"""One analysis of a text, shown in several ways: to a command, an editor, a page."""
