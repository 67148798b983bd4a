"""Plates of members' own households, hashed.

Revision: 0006
After: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "member_plates",
        sa.Column("member_id", KEY, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_member_plates_member_id")
        ),
        sa.PrimaryKeyConstraint("member_id", "digest", name=op.f("pk_member_plates")),
    )


def downgrade() -> None:
    op.drop_table("member_plates")
