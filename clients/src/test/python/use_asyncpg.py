"""asyncpg, which reads no file of trust by itself; its pool's reset asks for advisory locks."""
import asyncio
import os
import ssl

import asyncpg


class Connection(asyncpg.Connection):
    """The service refuses what asyncpg sends between two users of a connection."""

    def get_reset_query(self):
        return "RESET ALL"

    _get_reset_query = get_reset_query  # its name before asyncpg 0.28


async def again(work):
    """Runs a statement again after a conflict; a change of the schema is one, too (OC001)."""
    for attempt in range(20):
        try:
            return await work()
        except asyncpg.SerializationError:
            if attempt == 19:
                raise


async def main():
    pool = await asyncpg.create_pool(
        host=os.environ["CLUSTER_ENDPOINT"],
        port=int(os.environ["CLUSTER_PORT"]),
        user="admin",
        database="postgres",
        password=os.environ["PGPASSWORD"],
        ssl=ssl.create_default_context(cafile=os.environ["CLUSTER_CA_FILE"]),
        connection_class=Connection,
        min_size=1,
        max_size=2,
    )
    await pool.execute("CREATE TABLE asyncpg_items (id int PRIMARY KEY, name text)")
    await again(lambda: pool.execute("INSERT INTO asyncpg_items VALUES ($1, $2)", 1, "käse"))
    async with pool.acquire() as one:
        transaction = one.transaction(isolation="repeatable_read")
        await transaction.start()
        await one.execute("UPDATE asyncpg_items SET name = 'one'")
        await again(lambda: pool.execute("UPDATE asyncpg_items SET name = 'two'"))
        try:
            await transaction.commit()
            raise AssertionError("no conflict")
        except asyncpg.SerializationError as conflict:
            assert "OC000" in str(conflict), conflict
    assert await pool.fetchval("SELECT name FROM asyncpg_items") == "two"
    await pool.close()


asyncio.run(main())
