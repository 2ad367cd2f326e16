"""Figures of models, images and trainings, one module each; `figure` writes them to files."""
