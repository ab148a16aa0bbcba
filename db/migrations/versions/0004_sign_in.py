"""Passwords, recovery codes, failed attempts, enrolled PCs and limits of signing in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """From 0003 to 0004."""
    op.create_table('device',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', db.types.Words(), nullable=False),
    sa.Column('name', db.types.Words(), nullable=False),
    sa.Column('state', db.types.Words(), nullable=False),
    sa.Column('asked_at', db.types.UtcDateTime(), nullable=False),
    sa.Column('asked_by', db.types.Words(), nullable=False),
    sa.Column('decided_at', db.types.UtcDateTime(), nullable=True),
    sa.Column('decided_by', db.types.Words(), nullable=False),
    sa.Column('seen_at', db.types.UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device')),
    sa.UniqueConstraint('digest', name=op.f('uq_device_digest'))
    )
    op.create_table('sign_in_attempts',
    sa.Column('key', db.types.Words(), nullable=False),
    sa.Column('failures', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_at', db.types.UtcDateTime(), nullable=False),
    sa.Column('not_before', db.types.UtcDateTime(), nullable=True),
    sa.Column('locked', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_sign_in_attempts'))
    )
    op.create_table('sign_in_limit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', db.types.Words(), nullable=False),
    sa.Column('subject_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('enrolled_only', sa.Boolean(), nullable=False),
    sa.Column('networks', db.types.Words(), nullable=False),
    sa.Column('hours', db.types.Words(), nullable=False),
    sa.Column('idle_minutes', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_limit')),
    sa.UniqueConstraint('kind', 'subject_id', name=op.f('uq_sign_in_limit_kind_subject_id'))
    )
    op.create_table('credential',
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('password', db.types.Words(), nullable=False),
    sa.Column('changed_at', db.types.UtcDateTime(), nullable=False),
    sa.Column('must_change', sa.Boolean(), nullable=False),
    sa.Column('expires_at', db.types.UtcDateTime(), nullable=True),
    sa.Column('last_sign_in', db.types.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_credential_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_credential'))
    )
    op.create_table('recovery_code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', db.types.Words(), nullable=False),
    sa.Column('made_at', db.types.UtcDateTime(), nullable=False),
    sa.Column('used_at', db.types.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_recovery_code_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code'))
    )
    op.create_index('ix_recovery_code_user', 'recovery_code', ['user_id'], unique=False)

    op.create_table('system_account',
    sa.Column('account', db.types.Words(), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('label', db.types.Words(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_system_account_user_id_user_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account', name=op.f('pk_system_account'))
    )
