"""Campaigns: what strangers' files, killed processes and full disks do to the program, many times.

    python -m tests.campaigns [--long] [--seed N] [NAME …]
    python -m tests.campaigns NAME --case N

Each case is made from its number and the seed alone, so that the second command repeats one. A case
is survived if the program does what it promises (docs/security.md); whatever else happens is an
escape. The result is a table of what was tried, how often, and the escapes.
"""
