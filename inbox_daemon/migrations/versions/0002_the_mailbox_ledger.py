"""The mailbox ledger: every UID ever seen, and the last reconciliation."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the tables and enters the place of every case there is."""
    op.create_table(
        "places",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("case_number", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "uidvalidity", "uid"),
    )
    op.create_index("ix_places_outcome", "places", ["mailbox", "outcome"], unique=False)
    op.create_table(
        "mailboxes",
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("abgleich", sa.Text(), nullable=False),
        sa.Column("abgleich_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("mailbox"),
    )
    op.execute(
        "INSERT INTO places (mailbox, uidvalidity, uid, attempts, outcome, case_number, at) "
        "SELECT mailbox, uidvalidity, uid, 1, 'case', number, changed_at FROM cases WHERE uid > 0"
    )


def downgrade() -> None:
    """Removes them."""
    op.drop_table("mailboxes")
    op.drop_index("ix_places_outcome", "places")
    op.drop_table("places")
