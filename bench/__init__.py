"""What satops costs, measured against the floor of its work and against its peers.

`python -m bench` (or `make bench`) generates repositories of orders, runs each command several
times in turn with what it is compared with, and writes `results.json` and the chart of the docs.
No test asserts a time; `docs/performance.md` says how to read the numbers.
"""
