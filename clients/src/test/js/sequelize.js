import assert from "node:assert/strict";
import { DataTypes, Sequelize } from "sequelize";
import { again, host, port, token } from "./cluster.js";

const sequelize = new Sequelize("postgres", "admin", "", {
  dialect: "postgres",
  host,
  port,
  logging: false,
  dialectOptions: { ssl: true, clientMinMessages: "ignore" },
  hooks: {
    beforeConnect: async (config) => {
      config.password = await token();
    },
  },
});
const Item = sequelize.define("sequelize_item", {
  id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
  name: DataTypes.TEXT,
});
await Item.sync();
await again(() => Item.bulkCreate([{ name: "a" }, { name: "b" }]));
await again(() =>
  sequelize.transaction((transaction) =>
    Item.update({ name: "c" }, { where: { name: "a" }, transaction })));
const items = await Item.findAll({ order: ["name"] });
assert.deepEqual(items.map((item) => item.name), ["b", "c"]);
await sequelize.close();
