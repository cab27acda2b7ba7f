import "reflect-metadata";
import assert from "node:assert/strict";
import { DataSource, EntitySchema } from "typeorm";
import { again, host, port, token } from "./cluster.js";

const Item = new EntitySchema({
  name: "Item",
  tableName: "typeorm_items",
  columns: {
    id: { type: "uuid", primary: true, generated: "uuid" },
    name: { type: "text" },
  },
});
const source = new DataSource({
  type: "postgres",
  host,
  port,
  username: "admin",
  password: token,
  database: "postgres",
  ssl: true,
  installExtensions: false,
  uuidExtension: "pgcrypto",
  entities: [Item],
});
await source.initialize();
// Its own schema builder asks for what the service refuses.
await source.query(
  "CREATE TABLE typeorm_items (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text)");
const items = source.getRepository(Item);
await again(() => items.insert([{ name: "a" }, { name: "b" }]), (e) => e.driverError?.code ?? e.code);
await again(
  () => source.transaction((manager) => manager.update(Item, { name: "a" }, { name: "c" })),
  (e) => e.driverError?.code ?? e.code);
const found = await items.find({ order: { name: "ASC" } });
assert.deepEqual(found.map((item) => item.name), ["b", "c"]);
await source.destroy();
