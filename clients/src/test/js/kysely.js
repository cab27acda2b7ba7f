import assert from "node:assert/strict";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { again, pgConfig } from "./cluster.js";

const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool(pgConfig) }) });
// Its migrator takes an advisory lock, which the service refuses; its schema builder is fine.
await db.schema
  .createTable("kysely_items")
  .addColumn("id", "uuid", (column) => column.primaryKey().defaultTo(sql`gen_random_uuid()`))
  .addColumn("name", "text")
  .execute();
await again(() => db.insertInto("kysely_items").values([{ name: "a" }, { name: "b" }]).execute());
await again(() =>
  db.transaction().execute((transaction) =>
    transaction.updateTable("kysely_items").set({ name: "c" }).where("name", "=", "a").execute()));
const rows = await db.selectFrom("kysely_items").select("name").orderBy("name").execute();
assert.deepEqual(rows, [{ name: "b" }, { name: "c" }]);
await db.destroy();
