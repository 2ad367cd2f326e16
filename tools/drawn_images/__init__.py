"""Draws the images of the embedded data set: figures, backgrounds and scenes."""
