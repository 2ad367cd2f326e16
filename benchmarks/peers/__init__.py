"""The peers; most are scripts of their own."""
