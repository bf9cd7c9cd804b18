"""What is tried next: samplers for Optuna, by what the trials so far have shown."""
