"""The verbs of satops as functions on a repository: behind `import satops` and the command line.

Each takes the folder of a repository, or any folder in it, and returns the value that the report
of the command is drawn from; what goes wrong is an error of `satops.errors`.  `repository.py` is
the wiring: which adapter stands behind which port.
"""
