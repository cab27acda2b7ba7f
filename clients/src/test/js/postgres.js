import assert from "node:assert/strict";
import postgres from "postgres";
import { again, host, port, token } from "./cluster.js";

const sql = postgres({ host, port, user: "admin", database: "postgres", pass: token, ssl: true, max: 2 });
await sql`CREATE TABLE postgres_items (id int PRIMARY KEY, name text)`;
await again(() => sql`INSERT INTO postgres_items ${sql([{ id: 1, name: "a" }, { id: 2, name: "b" }])}`);
const moved = await again(() =>
  sql.begin(async (transaction) => {
    await transaction`UPDATE postgres_items SET name = 'c' WHERE id = ${1}`;
    return transaction`SELECT name FROM postgres_items ORDER BY id`;
  }));
assert.deepEqual(moved.map((row) => row.name), ["c", "b"]);
await sql.end();
