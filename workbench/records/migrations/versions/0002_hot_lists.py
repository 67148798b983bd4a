"""Hot lists and hits.

Revision: 0002
After: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "hot_lists",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("stale_after_hours", sa.Integer(), nullable=False),
        sa.Column("near_from", sa.Float(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=True),
        sa.Column("since_import", sa.BigInteger(), nullable=True),
        sa.Column("entries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hot_lists")),
        sa.UniqueConstraint("code", name=op.f("uq_hot_lists_code")),
    )
    op.create_table(
        "hot_list_imports",
        sa.Column("id", KEY, nullable=False),
        sa.Column("list_id", KEY, nullable=False),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("added", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("removed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rejected", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reject_file", sa.Text(), server_default="", nullable=False),
        sa.Column("last_entry_id", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["hot_lists.id"], name=op.f("fk_hot_list_imports_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hot_list_imports")),
    )
    op.create_index("ix_hot_list_imports_list_id", "hot_list_imports", ["list_id"], unique=False)
    op.create_table(
        "hot_list_entries",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("list_id", KEY, nullable=False),
        sa.Column("import_id", KEY, nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["hot_list_imports.id"], name=op.f("fk_hot_list_entries_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["hot_lists.id"], name=op.f("fk_hot_list_entries_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hot_list_entries")),
    )
    op.create_index(
        "ix_hot_list_entries_import_id", "hot_list_entries", ["import_id"], unique=False
    )
    op.create_index("ix_hot_list_entries_plate", "hot_list_entries", ["plate"], unique=False)
    op.create_table(
        "hot_list_matches",
        sa.Column("id", KEY, nullable=False),
        sa.Column("transfer_id", KEY, nullable=True),
        sa.Column("list_id", KEY, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=True),
        sa.Column("end_at", sa.BigInteger(), nullable=True),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("reads", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["hot_lists.id"], name=op.f("fk_hot_list_matches_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_hot_list_matches_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hot_list_matches")),
    )
    op.create_index(
        "ix_hot_list_matches_transfer_id", "hot_list_matches", ["transfer_id"], unique=False
    )
    op.create_table(
        "hits",
        sa.Column("id", KEY, nullable=False),
        sa.Column("read_id", sa.BigInteger(), nullable=False),
        sa.Column("captured_at", sa.BigInteger(), nullable=False),
        sa.Column("camera_id", KEY, nullable=False),
        sa.Column("transfer_id", KEY, nullable=False),
        sa.Column("list_id", KEY, nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("near", sa.Boolean(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), server_default="", nullable=False),
        sa.Column("raised_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("match_id", KEY, nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name=op.f("fk_hits_camera_id")),
        sa.ForeignKeyConstraint(["list_id"], ["hot_lists.id"], name=op.f("fk_hits_list_id")),
        sa.ForeignKeyConstraint(
            ["match_id"], ["hot_list_matches.id"], name=op.f("fk_hits_match_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_hits_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hits")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hits_captured_at", "hits", ["captured_at"], unique=False)
    op.create_index("ix_hits_read_id_list_id", "hits", ["read_id", "list_id"], unique=False)
    op.create_index("ix_hits_status_raised_at", "hits", ["status", "raised_at"], unique=False)
    op.create_table(
        "hit_acts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("hit_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("record_seq", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["hit_id"], ["hits.id"], name=op.f("fk_hit_acts_hit_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_hit_acts_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hit_acts")),
        sa.UniqueConstraint("hit_id", "number", name=op.f("uq_hit_acts_hit_id_number")),
    )


def downgrade() -> None:
    raise RuntimeError("What was found on hot lists would be lost: restore a backup instead.")
