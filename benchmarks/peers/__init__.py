"""The peers, most of them stand-alone scripts."""
