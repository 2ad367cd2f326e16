"""What can be drawn of a model, a picture or a training, one module each."""
