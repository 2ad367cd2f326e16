"""HDF5 files in the layout of the course, from anybody.

Most are of a simple kind, in which the arrays lie as plain bytes: `simple` finds out where, and
they are read by offset, within bounds. Everything else is left to the HDF5 library, in a process of
its own (`library`), because a damaged file can make the library crash, or never end.
"""
