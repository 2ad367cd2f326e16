"""What is generated from the command line itself: a page of the documentation, and the man page.

    python -m tools.reference

writes both. A test makes sure that they are current.
"""
