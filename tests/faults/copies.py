"""Copies of a database: files of SQLite, or databases made from a template on a PostgreSQL server."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, make_url

WAL = ("", "-wal", "-shm")


@dataclass
class Copies:
    """Makes and removes copies of `origin`, which nobody may have open meanwhile."""

    origin: str
    folder: Path
    made: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """`sqlite` or `postgresql`."""
        return make_url(self.origin).get_backend_name()

    def fresh(self, origin: str | None = None) -> str:
        """A copy of `origin` (the one that was given at first), and its address."""
        source = make_url(origin or self.origin)
        name = f"t_{uuid.uuid4().hex}"
        if self.kind == "sqlite":
            made = f"sqlite:///{self.folder / name}.db"
            for end in WAL:
                file = Path(f"{source.database}{end}")
                if file.exists():
                    shutil.copy(file, f"{self.folder / name}.db{end}")
        else:
            self._administer(f"CREATE DATABASE {name} TEMPLATE {source.database}")
            made = source.set(database=name).render_as_string(hide_password=False)
        self.made.append(made)
        return made

    def drop(self, url: str) -> None:
        """Remove a copy, whoever has it open."""
        self.made.remove(url)
        name = make_url(url).database
        if self.kind == "sqlite":
            for end in WAL:
                Path(f"{name}{end}").unlink(missing_ok=True)
        else:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def drop_all(self) -> None:
        """Remove every copy."""
        for url in list(self.made):
            self.drop(url)

    def _administer(self, statement: str) -> None:
        url = make_url(self.origin).set(drivername="postgresql+psycopg", database="postgres")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()
