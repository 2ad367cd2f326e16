"""Programs for the project itself; no part of the package."""
