"""A trained model in another form."""
