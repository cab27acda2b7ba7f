import assert from "node:assert/strict";
import pg from "pg";
import { again, pgConfig } from "./cluster.js";

const pool = new pg.Pool({ ...pgConfig, max: 3 });
await pool.query("CREATE TABLE pg_items (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text)");
const { rows } = await again(() =>
  pool.query("INSERT INTO pg_items (name) VALUES ($1) RETURNING id, name", ["käse"]));
assert.equal(rows[0].name, "käse");

const one = await pool.connect();
const two = await pool.connect();
await one.query("BEGIN");
await one.query("UPDATE pg_items SET name = 'one'");
await two.query("UPDATE pg_items SET name = 'two'");
await assert.rejects(one.query("COMMIT"), (error) => {
  assert.equal(error.code, "40001");
  assert.match(error.message, /OC000/);
  return true;
});
one.release();
two.release();
assert.equal((await pool.query("SELECT name FROM pg_items")).rows[0].name, "two");
await pool.end();
