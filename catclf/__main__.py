"""`python -m catclf`."""

from catclf.cli import main

main()
