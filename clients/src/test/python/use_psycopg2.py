"""psycopg2 on localhost."""
import os

import psycopg2
import psycopg2.errors


def again(work, session):
    """Runs a statement again after a conflict; a change of the schema is one, too (OC001)."""
    for attempt in range(20):
        try:
            return work()
        except psycopg2.errors.SerializationFailure:
            session.rollback()
            if attempt == 19:
                raise


ADDRESS = dict(
    host=os.environ["CLUSTER_ENDPOINT"],
    port=os.environ["CLUSTER_PORT"],
    user="admin",
    dbname="postgres",
    sslmode="verify-full",
)

one = psycopg2.connect(**ADDRESS)
one.autocommit = True
two = psycopg2.connect(**ADDRESS)
with one.cursor() as first, two.cursor() as second:
    first.execute("CREATE TABLE psycopg2_items (id int PRIMARY KEY, name text)")
    again(lambda: first.execute("INSERT INTO psycopg2_items VALUES (%s, %s)", (1, "käse")), one)
    again(lambda: second.execute("UPDATE psycopg2_items SET name = 'two'"), two)
    first.execute("UPDATE psycopg2_items SET name = 'one'")
    try:
        two.commit()
        raise AssertionError("no conflict")
    except psycopg2.errors.SerializationFailure as conflict:
        assert "OC000" in str(conflict), conflict
    two.rollback()
    second.execute("SELECT name FROM psycopg2_items")
    assert second.fetchone() == ("one",)
one.close()
two.close()
