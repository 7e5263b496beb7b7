"""Start, ask and end the process that reads files of map programs."""

import os
import subprocess
import sys

from satops.adapters.gis.gis_files import LENGTH

_MODULE = "satops.adapters.gis.gis_files"
ANSWER_MAX_BYTES = 512 * 1024 * 1024
"""Bytes of one answer, since this process has no memory limit."""
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""Environment variables for the process; no token or proxy among them."""


class GisProcess:
    """One process of `adapters.gis.gis_files`, which takes half a second to start.

    It ends if a question takes longer than `time_max_s`.
    """

    def __init__(self, time_max_s: int) -> None:
        self._process = subprocess.Popen(
            # -P: the working directory may hold a stranger's modules of well-known names.
            [sys.executable, "-P", "-m", _MODULE, str(time_max_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )

    def ask(self, question: bytes, content: bytes) -> bytes | None:
        """Return the answer to a question about a file; None if the process ended."""
        questions, answers = self._process.stdin, self._process.stdout
        assert questions is not None
        assert answers is not None
        try:
            for part in (question, content):
                questions.write(LENGTH.pack(len(part)) + part)
            questions.flush()
        except BrokenPipeError:
            return None
        head = answers.read(LENGTH.size)
        if len(head) < LENGTH.size:
            return None
        (length,) = LENGTH.unpack(head)
        if length > ANSWER_MAX_BYTES:
            return None
        answer = answers.read(length)
        return answer if len(answer) == length else None

    def close(self) -> None:
        """End the process, which has no state."""
        self._process.kill()
        with self._process:  # closes the pipes and waits
            pass


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        # One thread is enough; each further one reserves memory.
        "OPENBLAS_NUM_THREADS": "1",
    }
