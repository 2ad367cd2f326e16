"""What can be drawn of a model, an image or a training, one module each."""
