"""Labelled images become a model."""
