"""psycopg 3 on the real name: libpq takes the address from PGHOSTADDR, the trust from PGSSLROOTCERT."""
import os

import psycopg


def again(work, session):
    """Runs a statement again after a conflict; a change of the schema is one, too (OC001)."""
    for attempt in range(20):
        try:
            return work()
        except psycopg.errors.SerializationFailure:
            session.rollback()
            if attempt == 19:
                raise


ADDRESS = dict(
    host=os.environ["CLUSTER_HOST"],
    port=os.environ["CLUSTER_PORT"],
    user="admin",
    dbname="postgres",
    sslmode="verify-full",
)

with psycopg.connect(**ADDRESS, autocommit=True) as one, psycopg.connect(**ADDRESS) as two:
    one.execute("CREATE TABLE psycopg_items (id int PRIMARY KEY, name text)")
    again(lambda: one.execute("INSERT INTO psycopg_items VALUES (%s, %s)", (1, "käse")), one)
    again(lambda: two.execute("UPDATE psycopg_items SET name = 'two'"), two)
    one.execute("UPDATE psycopg_items SET name = 'one'")
    try:
        two.commit()
        raise AssertionError("no conflict")
    except psycopg.errors.SerializationFailure as conflict:
        assert "OC000" in str(conflict), conflict
    two.rollback()
    assert two.execute("SELECT name FROM psycopg_items").fetchone() == ("one",)
