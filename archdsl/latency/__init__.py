"""How long a network takes on this machine: its work, over what the machine was measured to do."""
