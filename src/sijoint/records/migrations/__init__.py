"""How the tables of a store came to their form, step by step; Alembic carries them out for ``sij migrate``."""
