"""A model as a web page: one file that a browser opens, and that asks nothing of any server."""
