"""Which cases belong together."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A case, the case it belongs to, and the first case of the matter."""
    op.create_table(
        "case_links",
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("belongs_to", sa.String(), nullable=False),
        sa.Column("vorgang", sa.String(), nullable=False),
        sa.Column("art", sa.String(), nullable=False),
        sa.Column("found_by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_number"),
    )
    op.create_index("ix_case_links_belongs_to", "case_links", ["belongs_to"])
    op.create_index("ix_case_links_vorgang", "case_links", ["vorgang"])


def downgrade() -> None:
    """Removes the table."""
    op.drop_index("ix_case_links_vorgang", "case_links")
    op.drop_index("ix_case_links_belongs_to", "case_links")
    op.drop_table("case_links")
