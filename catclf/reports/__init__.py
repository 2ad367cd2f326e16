"""Self-contained HTML pages about models, and the model card."""
