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
from geo.outline import Levels, array_of
from geo.place import Alias, District, Town
from geo.square import SquareTable

SCHEMA_VERSION: Final = "4"
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
  code TEXT PRIMARY KEY, imported INTEGER NOT NULL,
  west REAL NOT NULL, south REAL NOT NULL, east REAL NOT NULL, north REAL NOT NULL,
  wkb BLOB NOT NULL, core BLOB NOT NULL, inside BLOB NOT NULL, hull BLOB NOT NULL);
CREATE TABLE squares (codes TEXT NOT NULL, starts BLOB NOT NULL, lengths BLOB NOT NULL, indices BLOB NOT NULL);
CREATE TABLE districts (
  municipality TEXT, code TEXT, name TEXT NOT NULL, kana TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL, wkb BLOB,
  PRIMARY KEY (municipality, code)) WITHOUT ROWID;
CREATE TABLE towns (
  municipality TEXT NOT NULL, name TEXT NOT NULL, kana TEXT NOT NULL, lat REAL NOT NULL, lon REAL NOT NULL);
CREATE INDEX towns_of ON towns (municipality);
CREATE TABLE aliases (
  words TEXT, inside TEXT, codes TEXT NOT NULL, valid_from TEXT NOT NULL, who TEXT NOT NULL,
  PRIMARY KEY (words, inside)) WITHOUT ROWID;
"""
# What an import put there, and so no new version of the shipped data may take away.
IMPORTED: Final = {
    "districts": (
        "INSERT INTO districts (municipality, code, name, kana, lat, lon, wkb) "
        "SELECT municipality, code, name, kana, lat, lon, wkb FROM old.districts"
    ),
    "towns": (
        "INSERT INTO towns (municipality, name, kana, lat, lon) "
        "SELECT municipality, name, kana, lat, lon FROM old.towns ORDER BY rowid"
    ),
    "aliases": (
        "INSERT INTO aliases (words, inside, codes, valid_from, who) "
        "SELECT words, inside, codes, valid_from, who FROM old.aliases"
    ),
}


def prepare(path: Path) -> None:
    """Make sure that the file holds this version of the data."""
    if not _is_current(path):
        _compile(path)


@contextlib.contextmanager
def connect(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file for one piece of work; all or nothing of it is kept."""
    connection = sqlite3.connect(path)
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def put_borders(path: Path, borders: Mapping[str, Any]) -> None:
    """Keep imported borders, in place of the shipped outlines of the same codes."""
    with connect(path) as connection:
        _insert_outlines(connection, borders, imported=True)


def put_districts(path: Path, municipality: str, districts: Iterable[District]) -> None:
    """Keep the districts of one municipality, in place of those it had."""
    with connect(path) as connection:
        connection.execute("DELETE FROM districts WHERE municipality = ?", (municipality,))
        connection.executemany(
            "INSERT INTO districts VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    municipality,
                    one.code,
                    one.name,
                    one.kana,
                    one.lat,
                    one.lon,
                    one.geometry and shapely.to_wkb(one.geometry),
                )
                for one in districts
            ),
        )


def read_districts(path: Path, municipality: str) -> tuple[District, ...]:
    """Return the districts of one municipality, ordered by code."""
    with connect(path) as connection:
        rows = connection.execute(
            "SELECT code, name, kana, lat, lon, wkb FROM districts WHERE municipality = ? ORDER BY code",
            (municipality,),
        ).fetchall()
    return tuple(
        District(code=code, name=name, kana=kana, lat=lat, lon=lon, geometry=wkb and shapely.from_wkb(wkb))
        for code, name, kana, lat, lon, wkb in rows
    )


def stamp(path: Path) -> tuple[int, int]:
    """Return what changes with every import, whichever process makes it."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


def put_towns(path: Path, towns: Mapping[str, Iterable[Town]]) -> None:
    """Keep the address tables of municipalities, {code: towns}, each in place of the one it had."""
    with connect(path) as connection:
        for code, rows in towns.items():
            connection.execute("DELETE FROM towns WHERE municipality = ?", (code,))
            connection.executemany(
                "INSERT INTO towns VALUES (?, ?, ?, ?, ?)",
                ((code, town.name, town.kana, town.lat, town.lon) for town in rows),
            )


def read_towns(path: Path, municipality: str) -> tuple[Town, ...]:
    """Return the towns of one municipality's address table, in its order."""
    with connect(path) as connection:
        rows = connection.execute(
            "SELECT name, kana, lat, lon FROM towns WHERE municipality = ? ORDER BY rowid", (municipality,)
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


def find_districts(path: Path, text: str, limit: int) -> list[tuple[str, str]]:
    """Return (municipality, name) of districts whose name or kana begins with a text, or is what it begins with."""
    with connect(path) as connection:
        return connection.execute(
            "SELECT municipality, name FROM districts WHERE substr(name, 1, length(?1)) = ?1"
            " OR substr(kana, 1, length(?1)) = ?1 OR (length(name) > 1 AND substr(?1, 1, length(name)) = name)"
            " ORDER BY municipality, code LIMIT ?2",
            (text, limit),
        ).fetchall()


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
    _insert_outlines(connection, dict(shipped.read_outlines()), imported=False)
    squares = SquareTable.from_text(shipped.read_squares())
    connection.execute("INSERT INTO squares VALUES (?, ?, ?, ?)", squares.to_bytes())


def _insert_outlines(connection: sqlite3.Connection, outlines: Mapping[str, Any], *, imported: bool) -> None:
    shapes = array_of(list(outlines.values()))
    rows = zip(outlines, shapely.bounds(shapes).tolist(), *map(shapely.to_wkb, Levels.of(shapes)), strict=True)
    connection.executemany(
        "INSERT OR REPLACE INTO outlines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((code, imported, *bounds, *levels) for code, bounds, *levels in rows),
    )


def _carry_over(connection: sqlite3.Connection, old: Path) -> None:
    """Take imported borders and districts along from the file that is to be replaced, if it has any."""
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
    for table in IMPORTED.keys() & held:
        connection.execute(IMPORTED[table])
    if "outlines" in held:
        borders = connection.execute("SELECT code, wkb FROM old.outlines WHERE imported").fetchall()
        if borders:
            _insert_outlines(connection, {code: shapely.from_wkb(wkb) for code, wkb in borders}, imported=True)
    connection.commit()
    connection.execute("DETACH old")
