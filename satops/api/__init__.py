"""The verbs as functions on a repository, for `import satops` and the command line.

Each takes the folder of a repository, or any folder in it, and returns the value of the command's
report.  Errors are those of `satops.errors`.  `repository.py` chooses the adapter of each port.
"""
