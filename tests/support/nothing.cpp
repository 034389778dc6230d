// Of the programs that only precompile headers.
