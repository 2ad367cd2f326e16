"""A model as a C header: `header` is the whole, `c_format` compiles and runs it."""
