"""What fuzzing begins with: real messages, by the name of their format."""

from corpus import corpus

SEED_MAX = 40_000  # bytes; larger ones only slow it down


def seeds(name: str) -> list[tuple[str, bytes]]:
    """Return (file name, bytes) of the messages of one format."""
    folder, pattern = FOLDERS[name]
    paths = sorted((corpus() / folder).glob(pattern))
    return [(path.name, data) for path in paths if len(data := path.read_bytes()) <= SEED_MAX]


FOLDERS = {
    "cap": ("corpus/cap", "*.cap"),
    "jma": ("corpus/jma", "*.xml"),
    "wrapper": ("corpus/cap", "*.[aer][tds][osx]*"),
}
