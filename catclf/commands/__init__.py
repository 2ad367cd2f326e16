"""The subcommands, one file each: options in, a call or two to the library, words out.

A command imports nothing heavy before it runs: `catclf.…` names load their modules when used.
"""
