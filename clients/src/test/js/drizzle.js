import assert from "node:assert/strict";
import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { pgTable, text, uuid } from "drizzle-orm/pg-core";
import pg from "pg";
import { again, pgConfig } from "./cluster.js";

const items = pgTable("drizzle_items", {
  id: uuid().primaryKey().default(sql`gen_random_uuid()`),
  name: text(),
});
const pool = new pg.Pool(pgConfig);
const db = drizzle({ client: pool });
// Its own migrator makes a table with SERIAL, which the service refuses.
await db.execute(sql`CREATE TABLE drizzle_items (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text)`);
const [{ id }] = await again(() => db.insert(items).values({ name: "a" }).returning());
await again(() =>
  db.transaction(async (transaction) => {
    await transaction.update(items).set({ name: "b" }).where(eq(items.id, id));
    await transaction.insert(items).values({ name: "c" });
  }));
assert.deepEqual(
  (await db.select().from(items).orderBy(items.name)).map((row) => row.name), ["b", "c"]);
await pool.end();
