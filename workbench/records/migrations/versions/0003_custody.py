"""Holds, purges and evidence packages.

Revision: 0003
After: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("id", KEY, nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("requester", sa.Text(), nullable=False),
        sa.Column("requester_agency", sa.Text(), server_default="", nullable=False),
        sa.Column("requester_kind", sa.Text(), server_default="", nullable=False),
        sa.Column("case_number", sa.Text(), server_default="", nullable=False),
        sa.Column("searches", sa.Boolean(), nullable=False),
        sa.Column("plates", sa.Text(), server_default="", nullable=False),
        sa.Column("cameras", sa.Text(), server_default="", nullable=False),
        sa.Column("area", sa.Text(), server_default="", nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=True),
        sa.Column("end_at", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("lapses_at", sa.BigInteger(), nullable=True),
        sa.Column("review_by", sa.Date(), nullable=False),
        sa.Column("reviewed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("reviewed_at", sa.BigInteger(), nullable=True),
        sa.Column("court_order", sa.Text(), server_default="", nullable=False),
        sa.Column("court_order_on", sa.Date(), nullable=True),
        sa.Column("release_why", sa.Text(), server_default="", nullable=False),
        sa.Column("release_asked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("release_asked_at", sa.BigInteger(), nullable=True),
        sa.Column("released_by", sa.Text(), server_default="", nullable=False),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("struck_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_table(
        "retention_orders",
        sa.Column("id", KEY, nullable=False),
        sa.Column("through", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.Text(), server_default="", nullable=False),
        sa.Column("plan_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_by", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_orders")),
    )
    op.create_table(
        "retention_approvals",
        sa.Column("id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("approval", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["retention_orders.id"], name=op.f("fk_retention_approvals_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_approvals")),
        sa.UniqueConstraint(
            "order_id", "approval", name=op.f("uq_retention_approvals_order_id_approval")
        ),
    )
    op.create_table(
        "purges",
        sa.Column("id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("run_by", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("cutoff", sa.BigInteger(), nullable=False),
        sa.Column("unrelated_cutoff", sa.BigInteger(), nullable=True),
        sa.Column("certificate", sa.Text(), server_default="", nullable=False),
        sa.Column("certificate_sha256", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["retention_orders.id"], name=op.f("fk_purges_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purges")),
    )
    op.create_index("ix_purges_order_id", "purges", ["order_id"], unique=False)
    op.create_table(
        "purge_steps",
        sa.Column("id", KEY, nullable=False),
        sa.Column("purge_id", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=True),
        sa.Column("last_at", sa.BigInteger(), nullable=True),
        sa.Column("reads", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("plates", sa.BigInteger(), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["purge_id"], ["purges.id"], name=op.f("fk_purge_steps_purge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge_steps")),
    )
    op.create_index("ix_purge_steps_purge_id", "purge_steps", ["purge_id"], unique=False)
    op.create_table(
        "purge_files",
        sa.Column("id", KEY, nullable=False),
        sa.Column("purge_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("destroyed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["purge_id"], ["purges.id"], name=op.f("fk_purge_files_purge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge_files")),
    )
    op.create_index("ix_purge_files_purge_id", "purge_files", ["purge_id"], unique=False)
    op.create_table(
        "evidence_packages",
        sa.Column("id", KEY, nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("parts", sa.BigInteger(), nullable=False),
        sa.Column("reads", sa.BigInteger(), nullable=False),
        sa.Column("manifest_sha256", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("booking_number", sa.Text(), server_default="", nullable=False),
        sa.Column("booked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_packages")),
    )
    _protect("retention_approvals")


def _protect(table: str) -> None:
    """Have the database itself refuse to change or remove an approval; the function is the foundation's."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id "
            "OR (order_id = NEW.order_id AND approval = NEW.approval)) "
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
    raise RuntimeError("Holds and certificates would be lost: restore a backup instead.")
