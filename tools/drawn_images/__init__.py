"""Draws the pictures of the embedded data set: figures, backgrounds and scenes."""
