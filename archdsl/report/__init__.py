"""Reports of every command, for people as text and Markdown, for programs as JSON and CSV."""
