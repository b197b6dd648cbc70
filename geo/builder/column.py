"""Which columns of a file mean what, as its owner says: by options, or in a small TOML file."""

import tomllib
from pathlib import Path

import msgspec

from geo.builder.problem import SourceError


class ColumnMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a file is to be read; None is "find it out".

    ``name`` may be several columns with commas between, joined in that order (大字, 丁目, 小字). ``municipality`` is a
    column of codes where one file holds many municipalities. ``crs`` and ``encoding`` win over what the file says.
    """

    code: str | None = None
    name: str | None = None
    kana: str | None = None
    municipality: str | None = None
    lat: str | None = None
    lon: str | None = None
    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None

    def over(self, below: "ColumnMap") -> "ColumnMap":
        """Return both together; what is said here wins."""
        said = {field: value for field, value in msgspec.structs.asdict(self).items() if value is not None}
        return msgspec.structs.replace(below, **said)


def read_column_map(path: Path) -> ColumnMap:
    """Read a map: ``name = "CHIKU"``, ``kana = "YOMI"``, ``crs = "平面直角座標系 V"`` ...

    Raises SourceError where the file is no such map.
    """
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), ColumnMap)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        fields = ", ".join(ColumnMap.__struct_fields__)
        raise SourceError(
            f"{path.name} は列の対応表（TOML）として読めません。書けるのは {fields} です。",
            f"{path.name} is no map of columns ({error}); it may say {fields}.",
        ) from error
