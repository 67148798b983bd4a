"""Mobile units, court orders for private reads, permits of cameras, reviews of accounts, versions of the policy.

Revision: 0005
After: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account_reviews",
        sa.Column("id", KEY, nullable=False),
        sa.Column("reviewer_id", KEY, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("record_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["members.id"], name=op.f("fk_account_reviews_reviewer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_reviews")),
    )
    op.create_table(
        "camera_permits",
        sa.Column("id", KEY, nullable=False),
        sa.Column("camera_id", KEY, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("file_name", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("entered_by", KEY, nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["cameras.id"], name=op.f("fk_camera_permits_camera_id")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["members.id"], name=op.f("fk_camera_permits_entered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera_permits")),
        sa.UniqueConstraint("camera_id", "number", name=op.f("uq_camera_permits_camera_id_number")),
    )
    op.create_index("ix_camera_permits_camera_id", "camera_permits", ["camera_id"], unique=False)
    op.create_table(
        "policy_versions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("proposed_by", KEY, nullable=True),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", KEY, nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_why", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("record_seq", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["members.id"], name=op.f("fk_policy_versions_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["members.id"], name=op.f("fk_policy_versions_proposed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
    )
    op.create_index(
        "ix_policy_versions_status_number", "policy_versions", ["status", "number"], unique=False
    )
    op.create_table(
        "units",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("vehicle", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("camera_id", KEY, nullable=True),
        sa.Column("in_service_on", sa.Date(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.Column("retired_why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["camera_id"], ["cameras.id"], name=op.f("fk_units_camera_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("code", name=op.f("uq_units_code")),
    )
    op.create_table(
        "warrants",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("court", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("source_agency", sa.Text(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.Text(), server_default="", nullable=False),
        sa.Column("case_number", sa.Text(), server_default="", nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("entered_by", KEY, nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["members.id"], name=op.f("fk_warrants_entered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warrants")),
        sa.UniqueConstraint("court", "number", name=op.f("uq_warrants_court_number")),
    )
    op.create_table(
        "reviewed_accounts",
        sa.Column("review_id", KEY, nullable=False),
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("last_login_at", sa.BigInteger(), nullable=True),
        sa.Column("standing", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_reviewed_accounts_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["account_reviews.id"], name=op.f("fk_reviewed_accounts_review_id")
        ),
        sa.PrimaryKeyConstraint("review_id", "member_id", name=op.f("pk_reviewed_accounts")),
    )
    op.create_table(
        "transfer_notes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("transfer_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_transfer_notes_transfer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_notes")),
    )
    op.create_index(
        "ix_transfer_notes_transfer_id", "transfer_notes", ["transfer_id"], unique=False
    )
    op.create_table(
        "transfer_warrants",
        sa.Column("transfer_id", KEY, nullable=False),
        sa.Column("warrant_id", KEY, nullable=False),
        sa.Column("reads", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_transfer_warrants_transfer_id")
        ),
        sa.ForeignKeyConstraint(
            ["warrant_id"], ["warrants.id"], name=op.f("fk_transfer_warrants_warrant_id")
        ),
        sa.PrimaryKeyConstraint("transfer_id", "warrant_id", name=op.f("pk_transfer_warrants")),
    )
    op.create_table(
        "undocking_permissions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("entered_by", KEY, nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["members.id"], name=op.f("fk_undocking_permissions_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_undocking_permissions_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undocking_permissions")),
    )
    op.create_index(
        "ix_undocking_permissions_unit_id", "undocking_permissions", ["unit_id"], unique=False
    )
    op.create_table(
        "unit_moves",
        sa.Column("id", KEY, nullable=False),
        sa.Column("unit_id", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("permission_id", KEY, nullable=True),
        sa.Column("permitted", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("entered_by", KEY, nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["members.id"], name=op.f("fk_unit_moves_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["permission_id"],
            ["undocking_permissions.id"],
            name=op.f("fk_unit_moves_permission_id"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_moves_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_moves")),
    )
    op.create_index("ix_unit_moves_unit_id_at", "unit_moves", ["unit_id", "at"], unique=False)


def downgrade() -> None:
    raise RuntimeError(
        "Permissions, court orders and reviews would be lost: restore a backup instead."
    )
