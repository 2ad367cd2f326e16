"""Frozen networks that turn images into features; what needs the extra `encoder` is here."""
