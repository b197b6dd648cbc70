"""The registry's file: one SQLite database, compiled from the shipped text, that also keeps what was imported.

Owns the schema and the file's life. A file of another version of the data or of the schema is compiled anew into a file
beside it, which then takes its place in one step; imported borders and districts go along.
"""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import shapely

from geo import shipped
from geo.name import fold
from geo.outline import Levels, array_of
from geo.place import Alias, District, Spot, Town
from geo.square import SquareTable

SHIPPED: Final = ""  # the day from which shipped outlines hold: before all days
SCHEMA_VERSION: Final = "6"
SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE places (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, full_name TEXT NOT NULL, kana TEXT NOT NULL, romaji TEXT NOT NULL,
  kind TEXT NOT NULL, parent TEXT, county TEXT, lat REAL NOT NULL, lon REAL NOT NULL,
  valid_from TEXT, valid_to TEXT, successors TEXT NOT NULL);
CREATE TABLE jma (
  jma_table TEXT, code TEXT, level INTEGER NOT NULL, name TEXT NOT NULL, kana TEXT NOT NULL, members TEXT NOT NULL,
  PRIMARY KEY (jma_table, code)) WITHOUT ROWID;
CREATE TABLE outlines (
  code TEXT, valid_from TEXT NOT NULL DEFAULT '',
  west REAL NOT NULL, south REAL NOT NULL, east REAL NOT NULL, north REAL NOT NULL,
  wkb BLOB NOT NULL, core BLOB NOT NULL, inside BLOB NOT NULL, hull BLOB NOT NULL,
  PRIMARY KEY (code, valid_from));
CREATE TABLE squares (codes TEXT NOT NULL, starts BLOB NOT NULL, lengths BLOB NOT NULL, indices BLOB NOT NULL);
CREATE TABLE districts (
  municipality TEXT, valid_from TEXT NOT NULL DEFAULT '', code TEXT,
  name TEXT NOT NULL, kana TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, wkb BLOB,
  PRIMARY KEY (municipality, valid_from, code)) WITHOUT ROWID;
CREATE INDEX districts_by_name ON districts (name);
CREATE INDEX districts_by_kana ON districts (kana);
CREATE TABLE towns (
  municipality TEXT NOT NULL, valid_from TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL, kana TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL);
CREATE INDEX towns_of ON towns (municipality);
CREATE TABLE aliases (
  words TEXT, inside TEXT, codes TEXT NOT NULL, valid_from TEXT NOT NULL, who TEXT NOT NULL,
  PRIMARY KEY (words, inside)) WITHOUT ROWID;
"""
FOUND_MAX: Final = 500  # rows that a search of a visitor looks at
NAME_MAX: Final = 30  # letters of a district's name that a longer text is looked through for
LAST: Final = "\U0010ffff"  # behind every letter
# What imports and operators put there, and so no new version of the shipped data may take away.
KEPT: Final = ("districts", "towns", "aliases")
# Of what is dated, that which holds on a day: for each key the latest that has begun.
BORDERS_ON: Final = """
SELECT code, wkb, core, inside, hull FROM outlines AS one
WHERE valid_from = (SELECT max(valid_from) FROM outlines WHERE code = one.code AND valid_from <= ?) ORDER BY code
"""
# What is another where other outlines hold: the last that was written, and the last day that has begun.
BORDERS_EDITION: Final = "SELECT max(rowid), (SELECT max(valid_from) FROM outlines WHERE valid_from <= ?) FROM outlines"


def prepare(path: Path) -> None:
    """Make sure that the file holds this version of the data."""
    if not _is_current(path):
        _compile(path)


@contextlib.contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for one piece of work; all or nothing of it is kept."""
    connection = sqlite3.connect(path)
    try:
        # A large import would else lock out those who read, from its first megabytes until it is done.
        connection.execute("PRAGMA cache_spill = OFF")
        with connection:
            yield connection
    finally:
        connection.close()


def put_borders(path: Path, borders: Mapping[str, Any], valid_from: str) -> None:
    """Keep imported borders, in place of the shipped outlines of the same codes from a day (ISO) on."""
    with connect(path) as connection:
        _insert_outlines(connection, borders, valid_from)


def put_districts(path: Path, districts: Mapping[str, Iterable[District]], valid_from: str) -> None:
    """Keep the districts of municipalities, {code: districts}, in place of those they had, from a day on."""
    with connect(path) as connection:
        for municipality, own in districts.items():
            _clear(connection, "districts", municipality, valid_from)
            connection.executemany(
                "INSERT INTO districts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        *(municipality, valid_from, one.code, one.name, one.kana, one.lat, one.lon),
                        one.geometry and shapely.to_wkb(one.geometry),
                    )
                    for one in own
                ),
            )


def read_districts(path: Path, municipality: str, on: str) -> tuple[District, ...]:
    """Return the districts of one municipality on a day, ordered by code."""
    with connect(path) as connection:
        rows = connection.execute(
            "SELECT code, name, kana, lat, lon, wkb FROM districts WHERE municipality = ?1 AND valid_from ="
            " (SELECT max(valid_from) FROM districts WHERE municipality = ?1 AND valid_from <= ?2) ORDER BY code",
            (municipality, on),
        ).fetchall()
    return tuple(
        District(code=code, name=name, kana=kana, lat=lat, lon=lon, geometry=wkb and shapely.from_wkb(wkb))
        for code, name, kana, lat, lon, wkb in rows
    )


def later(path: Path, table: str, codes: Iterable[str], day: str, today: str) -> list[str]:
    """Return the municipalities for which an import of a later day than a day holds today, in one of the tables that
    are dated.
    """
    column = "code" if table == "outlines" else "municipality"
    with connect(path) as connection:
        found = connection.execute(
            f"SELECT DISTINCT {column} FROM {table} WHERE valid_from > ? AND valid_from <= ? ORDER BY 1",  # noqa: S608  # ours
            (day, today),
        ).fetchall()
    return sorted({code for (code,) in found}.intersection(codes))


def stamp(path: Path) -> tuple[int, int] | None:
    """Return what changes with every import, whichever process makes it; None where the file was taken away."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size


def put_towns(path: Path, towns: Mapping[str, Iterable[Town]], valid_from: str) -> None:
    """Keep the address tables of municipalities, {code: towns}, each in place of the one it had, from a day on."""
    with connect(path) as connection:
        for code, rows in towns.items():
            _clear(connection, "towns", code, valid_from)
            connection.executemany(
                "INSERT INTO towns VALUES (?, ?, ?, ?, ?, ?)",
                ((code, valid_from, town.name, town.kana, town.lat, town.lon) for town in rows),
            )


def read_towns(path: Path, municipality: str, on: str) -> tuple[Town, ...]:
    """Return the towns of one municipality's address table on a day, in its order."""
    with connect(path) as connection:
        rows = connection.execute(
            "SELECT name, kana, lat, lon FROM towns WHERE municipality = ?1 AND valid_from ="
            " (SELECT max(valid_from) FROM towns WHERE municipality = ?1 AND valid_from <= ?2) ORDER BY rowid",
            (municipality, on),
        ).fetchall()
    return tuple(Town(name=name, kana=kana, lat=lat, lon=lon) for name, kana, lat, lon in rows)


def put_alias(path: Path, alias: Alias) -> None:
    """Keep what words mean, in place of what they meant before."""
    with connect(path) as connection:
        connection.execute(
            "INSERT OR REPLACE INTO aliases VALUES (?, ?, ?, ?, ?)",
            (alias.words, alias.inside or "", " ".join(alias.codes), alias.valid_from, alias.who),
        )


def remove_alias(path: Path, words: str, inside: str | None) -> bool:
    """Forget what words mean; tell whether they meant anything."""
    with connect(path) as connection:
        done = connection.execute("DELETE FROM aliases WHERE words = ? AND inside = ?", (words, inside or ""))
        return done.rowcount > 0


def read_aliases(path: Path) -> tuple[Alias, ...]:
    """Return all aliases, by their words."""
    with connect(path) as connection:
        rows = connection.execute("SELECT words, inside, codes, valid_from, who FROM aliases").fetchall()
    return tuple(
        Alias(words=words, inside=inside or None, codes=tuple(codes.split(" ")), valid_from=valid_from, who=who)
        for words, inside, codes, valid_from, who in rows
    )


def find_districts(path: Path, text: str, limit: int, on: str) -> list[tuple[str, str]]:
    """Return (municipality, name) of districts whose name or kana begins with a text, or is what it begins with.

    Every visitor of a map may ask, so an index finds them, and FOUND_MAX of each at most: of so many, nobody reads all.
    """
    beginnings = [text[:end] for end in range(2, min(len(text), NAME_MAX) + 1)]
    named = f"name IN ({', '.join('?' * len(beginnings))})"
    ways = (
        *((f"{column} >= ? AND {column} < ?", (text, text + LAST)) for column in ("name", "kana")),
        (named, tuple(beginnings)),
    )
    found: set[tuple[str, str, str]] = set()
    with connect(path) as connection:
        for begins, words in ways:
            found.update(
                connection.execute(
                    f"SELECT municipality, code, name FROM districts AS one WHERE {begins}"  # noqa: S608  # from above
                    " AND valid_from = (SELECT max(valid_from) FROM districts"
                    " WHERE municipality = one.municipality AND valid_from <= ?) LIMIT ?",
                    (*words, on, FOUND_MAX),
                )
            )
    return [(municipality, name) for municipality, _, name in sorted(found)[:limit]]


def find_ground(path: Path, text: str, limit: int, on: str) -> list[tuple[str, Spot, str]]:
    """Return (municipality, spot, kana) of districts and towns whose name or kana has a text in it, those that begin
    with it first; spellings are brought together where none has it letter for letter.
    """
    found: list[tuple[str, Spot, str]] = []
    with connect(path) as connection:
        connection.create_function("folded", 1, fold, deterministic=True)
        for spelled, wanted in (("", text), ("folded", fold(text))):  # the second looks at every letter of every name
            if not wanted:  # signs alone, which every name has
                break
            for table, code in (("districts", "code"), ("towns", "NULL")):
                rows = connection.execute(
                    f"SELECT municipality, name, kana, {code}, lat, lon FROM {table} AS one"  # noqa: S608  # words from above
                    f" WHERE (instr({spelled}(name), ?1) OR instr({spelled}(kana), ?1)) AND valid_from ="
                    f" (SELECT max(valid_from) FROM {table} WHERE municipality = one.municipality AND valid_from <= ?3)"
                    f" ORDER BY instr({spelled}(name), ?1) != 1, municipality, name LIMIT ?2",
                    (wanted, limit, on),
                )
                found += [
                    (owner, Spot(name=name, municipality=owner, district=district, lat=lat, lon=lon), kana)
                    for owner, name, kana, district, lat, lon in rows
                ]
            if found:
                break
    return found[:limit]


def _clear(connection: sqlite3.Connection, table: str, municipality: str, valid_from: str) -> None:
    """Make room: what begins on a day takes the place of what was imported to begin on it."""
    connection.execute(
        f"DELETE FROM {table} WHERE municipality = ? AND valid_from = ?",  # noqa: S608  # one of two names, from above
        (municipality, valid_from),
    )


def _is_current(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with connect(path) as connection:
            meta = dict(connection.execute("SELECT key, value FROM meta"))
    except sqlite3.DatabaseError:  # an older file, or none of ours
        return False
    return meta == _meta()


def _meta() -> dict[str, str]:
    return {"schema": SCHEMA_VERSION, "data": shipped.read_version()}


def _compile(path: Path) -> None:
    """Write a new file beside the old one and put it in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    fresh = Path(name)
    try:
        with connect(fresh) as connection:
            connection.executescript(SCHEMA)
            _fill(connection)
            _carry_over(connection, path)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection) -> None:
    """Write everything that ships."""
    connection.executemany("INSERT INTO meta VALUES (?, ?)", _meta().items())
    connection.executemany(
        f"INSERT INTO places VALUES ({', '.join('?' * 13)})",  # noqa: S608  # question marks only
        (
            (
                *(one.code, one.name, one.full_name, one.kana, one.romaji, one.kind, one.parent, one.county),
                *(one.lat, one.lon, one.valid_from, one.valid_to, " ".join(one.successors)),
            )
            for one in shipped.read_places()
        ),
    )
    connection.executemany("INSERT INTO jma VALUES (?, ?, ?, ?, ?, ?)", shipped.read_jma())
    _insert_outlines(connection, dict(shipped.read_outlines()), SHIPPED)
    squares = SquareTable.from_text(shipped.read_squares())
    connection.execute("INSERT INTO squares VALUES (?, ?, ?, ?)", squares.to_bytes())


def _insert_outlines(connection: sqlite3.Connection, outlines: Mapping[str, Any], valid_from: str) -> None:
    shapes = array_of(list(outlines.values()))
    rows = zip(outlines, shapely.bounds(shapes).tolist(), *map(shapely.to_wkb, Levels.of(shapes)), strict=True)
    connection.executemany(
        "INSERT OR REPLACE INTO outlines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((code, valid_from, *bounds, *levels) for code, bounds, *levels in rows),
    )


def _carry_over(connection: sqlite3.Connection, old: Path) -> None:
    """Take what was imported and settled along from the file that is to be replaced, if it has any."""
    if not old.exists():
        return
    connection.commit()
    try:
        connection.execute("ATTACH ? AS old", (str(old),))
        held = {name for (name,) in connection.execute("SELECT name FROM old.sqlite_master")}
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_NOTADB:
            raise
        return  # broken, so there is nothing to take
    for table in held.intersection(KEPT):
        columns = ", ".join(_columns(connection, "old", table) & _columns(connection, "main", table))
        connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM old.{table}")  # noqa: S608  # KEPT
    if "outlines" in held:
        dated = "valid_from" in _columns(connection, "old", "outlines")
        since, imported = ("valid_from", "valid_from > ''") if dated else ("'0001-01-01'", "imported")
        found = f"SELECT {since}, code, wkb FROM old.outlines WHERE {imported}"  # noqa: S608  # words from above
        borders: dict[str, dict[str, Any]] = {}
        for valid_from, code, wkb in connection.execute(found):
            borders.setdefault(valid_from, {})[code] = shapely.from_wkb(wkb)
        for valid_from, shapes in borders.items():
            _insert_outlines(connection, shapes, valid_from)
    connection.commit()
    connection.execute("DETACH old")


def _columns(connection: sqlite3.Connection, schema: str, table: str) -> set[str]:
    rows = connection.execute("SELECT name FROM pragma_table_info(?, ?)", (table, schema))
    return {name for (name,) in rows}
