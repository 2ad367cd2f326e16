"""Where labelled images come from: folders, CSV files, HDF5 files."""
