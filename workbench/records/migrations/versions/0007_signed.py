"""Permissions, moves of units, permits, signed reviews, and what came in under which order: appended, never changed.

Revision: 0007
After: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Table: what a row is told apart by.
APPENDED = {
    "account_reviews": ("id",),
    "camera_permits": ("id",),
    "reviewed_accounts": ("review_id", "member_id"),
    "transfer_warrants": ("transfer_id", "warrant_id"),
    "undocking_permissions": ("id",),
    "unit_moves": ("id",),
}


def upgrade() -> None:
    for table, key in APPENDED.items():
        _protect(table, key)


def _protect(table: str, key: tuple[str, ...]) -> None:
    """Have the database itself refuse to change or remove a row; the function is the foundation's."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        # INSERT OR REPLACE removes the old row without asking the triggers above.
        same = " AND ".join(f"{name} = NEW.{name}" for name in key)
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC")


def downgrade() -> None:
    raise RuntimeError("What was signed would lose its protection: restore a backup instead.")
