import assert from "node:assert/strict";
import knex from "knex";
import { again, pgConfig } from "./cluster.js";

const db = knex({
  client: "pg",
  connection: pgConfig, // its password is a function: each connection gets a token of its own
});
// Its migrations make tables with SERIAL, which the service refuses.
await db.schema.createTable("knex_items", (table) => {
  table.uuid("id").primary().defaultTo(db.raw("gen_random_uuid()"));
  table.text("name");
});
await again(() => db("knex_items").insert([{ name: "a" }, { name: "b" }]));
await again(() =>
  db.transaction((transaction) =>
    transaction("knex_items").where({ name: "a" }).update({ name: "c" })));
assert.deepEqual(await db("knex_items").pluck("name").orderBy("name"), ["b", "c"]);
await db.destroy();
