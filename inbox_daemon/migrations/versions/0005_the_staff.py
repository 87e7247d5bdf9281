"""What the staff do: plans of decisions, work in a case, leases, users and sessions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('zweite', 'ausgang')")
NEW = ("plans", "case_work", "case_notes", "sample_checks", "leases", "users", "sessions")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Seven tables; the constraints of `plans` are the Vier-Augen-Prinzip."""
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        _word("case_number"),
        _text("wish"),
        _word("first"),
        _word("second", nullable=True),
        _text("why_second"),
        _word("state"),
        _text("told"),
        _instant("created_at"),
        _instant("due_at", nullable=True),
        _instant("ended_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint(
            "second IS NULL OR lower(second) <> lower(first)", name="second_is_not_first"
        ),
        sa.CheckConstraint(
            "why_second = '[]' OR second IS NOT NULL"
            " OR state IN ('zweite', 'zurueckgeholt', 'zurueckgegeben')",
            name="nothing_without_second",
        ),
    )
    op.create_index("ix_plans_case_number", "plans", ["case_number"])
    op.create_index("ix_plans_state", "plans", ["state"])
    op.create_index(
        "one_open_plan_per_case",
        "plans",
        ["case_number"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    _create_work()
    _create_people()


def _create_work() -> None:
    op.create_table(
        "case_work",
        _word("case_number"),
        sa.Column("betrag_cent", sa.BigInteger(), nullable=True),
        _word("betrag_grund"),
        _word("ags", nullable=True),
        _word("unterschrift"),
        _word("by"),
        _instant("at"),
        sa.Column("wieder_on", sa.Date(), nullable=True),
        _text("wieder_note"),
        sa.Column("wieder_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_number"),
    )
    op.create_table(
        "case_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        _word("case_number"),
        _word("by"),
        _instant("at"),
        _text("words"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_case_notes_case_number", "case_notes", ["case_number"])
    op.create_table(
        "sample_checks",
        _word("case_number"),
        _word("by"),
        _instant("at"),
        _text("faults"),
        sa.PrimaryKeyConstraint("case_number"),
    )
    op.create_table(
        "leases",
        _word("case_number"),
        _word("holder"),
        _instant("until"),
        sa.PrimaryKeyConstraint("case_number"),
    )


def _create_people() -> None:
    op.create_table(
        "users",
        _word("name"),
        _word("full_name"),
        _text("rollen"),
        _text("password_hash"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        _instant("created_at"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "sessions",
        _word("token_sha256"),
        _word("name"),
        _word("by"),
        _instant("created_at"),
        _instant("seen_at"),
        _text("messages"),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
    op.create_index("ix_sessions_name", "sessions", ["name"])


def downgrade() -> None:
    """Removes the tables with their indexes."""
    for name in reversed(NEW):
        op.drop_table(name)
