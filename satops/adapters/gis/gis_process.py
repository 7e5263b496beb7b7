"""The process that reads the files of map programs: started when it is needed, asked, and ended."""

import os
import subprocess
import sys

from satops.adapters.gis.gis_files import LENGTH

_MODULE = "satops.adapters.gis.gis_files"
ANSWER_MAX_BYTES = 512 * 1024 * 1024
"""Of one answer: what is read here has no limit of memory of its own."""
_KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""Of the environment; no token and no proxy goes to the process."""


class GisProcess:
    """One process of `adapters.gis.gis_files`; it takes half a second to start.

    It ends over a question that takes longer than `time_max_s`.
    """

    def __init__(self, time_max_s: int) -> None:
        self._process = subprocess.Popen(
            # -P: the folder of the call may be a stranger's, with modules of well-known names.
            [sys.executable, "-P", "-m", _MODULE, str(time_max_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )

    def ask(self, question: bytes, content: bytes) -> bytes | None:
        """Return the answer to a question about a file; None where the process ended over it."""
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
        """End the process; it has nothing that could be lost."""
        self._process.kill()
        with self._process:  # closes its pipes, and waits
            pass


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        # One thread is enough, and each more would ask for memory.
        "OPENBLAS_NUM_THREADS": "1",
    }
