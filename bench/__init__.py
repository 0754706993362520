"""Measures the program against floors: the least that any program doing the same would take.

Floor and program are measured in turn, in one run, so that only their ratio matters; nothing is asserted.
"""
