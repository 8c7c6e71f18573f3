"""All that defines a database's schema, as lines that don't depend on the order of statements or of columns."""

from typing import Final

import psycopg

_CATALOG: Final = {
    "schema": "SELECT nspname, nspacl FROM pg_namespace WHERE nspname = 'public'",
    "default rights": "SELECT defaclrole::regrole, defaclobjtype, defaclacl FROM pg_default_acl",
    "extension": "SELECT extname, extversion FROM pg_extension",
    "type": """SELECT typname, (SELECT array_agg(enumlabel ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
      FROM pg_type t WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'""",
    "relation": """SELECT relname, relkind, relrowsecurity, relforcerowsecurity, reloptions, relacl
      FROM pg_class WHERE relnamespace = 'public'::regnamespace""",
    "column": """SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
        attstorage, attcompression, attacl, pg_get_expr(adbin, adrelid)
      FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped""",
    "constraint": """SELECT conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
      WHERE connamespace = 'public'::regnamespace""",
    "index": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "view": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'",
    "sequence": "SELECT sequencename, data_type, start_value, increment_by, cycle FROM pg_sequences",
    "policy": "SELECT tablename, policyname, permissive, roles, cmd, qual, with_check FROM pg_policies",
    "trigger": "SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "function": """SELECT oid::regprocedure, CASE WHEN prokind = 'f' THEN pg_get_functiondef(oid) END, proacl
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
}


def schema_of(owner_url: str) -> list[str]:
    """Return a line for each type, column, constraint, index, policy, trigger, function and so on, with its rights."""
    with psycopg.connect(owner_url) as connection:
        return sorted(
            f"{kind}: {' '.join(map(str, row))}"
            for kind, query in _CATALOG.items()
            for row in connection.execute(query.encode()).fetchall()
        )
