"""The ground: every table of the first release. Run by `migrate`."""

from alembic import op

from engine.database.migrations import run_frozen

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Lay the tables."""
    run_frozen(op.get_bind(), "0001")
