"""What people and programs read: diagnostics, tables and figures as text. Prints nothing itself."""
