"""Coverage-guided fuzzing (atheris) of one decoder and of all that follows it: ``make fuzz FORMAT=jma SECONDS=600``.

A crash, a hang over one second and memory over 200 MB above the start each end it with the bytes in a file; they become
a case in ``test_found.py``.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

with atheris.instrument_imports(include=["cap_formats", "receivers"]):
    from tests.fuzz.target import TARGETS


HANG_S = 1  # of the processor; by the clock a busy machine may take five times that
ROOM_MB = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--found", type=Path, default=Path(".fuzz-found"))
    wanted = parser.parse_args()
    target = TARGETS[wanted.format]

    def change(data: bytes, most: int, seed: int) -> bytes:
        """Change a message, mostly by its structure and now and then as libFuzzer would."""
        if seed % 8 == 0:
            return atheris.Mutate(data, most)
        return target.change(data, random.Random(seed), most)  # noqa: S311 - repeatable, not secret

    def attempt(data: bytes) -> None:
        """Try one message, which takes no more than its time of the processor."""
        began = time.thread_time()
        target.attempt(data)
        assert time.thread_time() - began < HANG_S, "too slow"

    wanted.found.mkdir(exist_ok=True)
    used_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(target.seeds()):
            (Path(folder) / f"{number:04}").write_bytes(data)
        arguments = [
            sys.argv[0],
            folder,
            f"-max_total_time={wanted.seconds}",
            f"-timeout={5 * HANG_S}",
            f"-rss_limit_mb={used_mb + ROOM_MB}",
            f"-artifact_prefix={wanted.found}/{wanted.format}-",
            "-max_len=65536",
            "-print_final_stats=1",
        ]
        atheris.Setup(arguments, attempt, custom_mutator=change)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
