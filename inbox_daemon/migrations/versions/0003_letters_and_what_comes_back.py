"""Budgets of letters, the stop switch, and what came back on a letter."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OF_THE_CASE = (
    "UPDATE letters SET {0} = COALESCE("
    "(SELECT {0} FROM cases WHERE cases.number = letters.case_number), '')"
)


def upgrade() -> None:
    """What a letter asked of whom, the switch, and the answers of machines."""
    for name in ("ags", "programm", "question"):
        column = sa.Column(name, sa.String(), nullable=False, server_default="")
        op.add_column("letters", column)
    for name in ("ags", "programm"):
        op.execute(_OF_THE_CASE.format(name))
    op.create_table(
        "letter_switch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "letter_answers",
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("letter_case", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_number"),
    )
    op.create_index("ix_letter_answers_letter_case", "letter_answers", ["letter_case"])


def downgrade() -> None:
    """Removes them."""
    op.drop_index("ix_letter_answers_letter_case", "letter_answers")
    op.drop_table("letter_answers")
    op.drop_table("letter_switch")
    for name in ("question", "programm", "ags"):
        with op.batch_alter_table("letters") as letters:
            letters.drop_column(name)
