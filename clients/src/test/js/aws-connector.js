// AWS's connector for node-postgres, used as AWS's example uses it: CLUSTER_ENDPOINT is the name on
// the service.
import assert from "node:assert/strict";
import { AuroraDSQLClient, AuroraDSQLPool } from "@aws/aurora-dsql-node-postgres-connector";

const host = process.env.CLUSTER_ENDPOINT;
const user = process.env.CLUSTER_USER;
// AWS's examples say none.
const port = Number(process.env.CLUSTER_PORT) || undefined;

const client = new AuroraDSQLClient({ host, user, port });
await client.connect();
await client.query("CREATE TABLE IF NOT EXISTS aws_accounts (id int PRIMARY KEY, balance int)");
await client.query("INSERT INTO aws_accounts SELECT i, 100 FROM generate_series(1, 2) i");
await client.end();

const pool = new AuroraDSQLPool({ host, user, port, max: 3, idleTimeoutMillis: 60000 });

// Eight at once on three connections.
const numbers = await Promise.all(
  [...Array(8).keys()].map((i) => pool.query("SELECT $1::int AS n", [i])));
assert.deepEqual(numbers.map((result) => result.rows[0].n), [0, 1, 2, 3, 4, 5, 6, 7]);

// Transfers between the same two rows: they conflict, and the connector runs them again.
const transfer = (from, to) =>
  pool.transaction(
    async (connection) => {
      await connection.query("UPDATE aws_accounts SET balance = balance - 1 WHERE id = $1", [from]);
      await connection.query("UPDATE aws_accounts SET balance = balance + 1 WHERE id = $1", [to]);
    },
    { maxRetries: 50 });
await Promise.all([...Array(12).keys()].map((i) => (i % 3 ? transfer(1, 2) : transfer(2, 1))));
const { rows } = await pool.query("SELECT id, balance FROM aws_accounts ORDER BY id");
assert.deepEqual(rows, [{ id: 1, balance: 96 }, { id: 2, balance: 104 }]);

// Two that must meet: the first one to commit wins, and the other one runs twice.
let runs = 0;
const first = await pool.connect();
await first.query("BEGIN");
await first.query("UPDATE aws_accounts SET balance = 0 WHERE id = 1");
await pool.transaction(
  async (connection) => {
    runs++;
    await connection.query("UPDATE aws_accounts SET balance = balance + 1 WHERE id = 1");
    if (runs === 1) {
      await first.query("COMMIT");
    }
  },
  { maxRetries: 5 });
first.release();
assert.equal(runs, 2);
assert.equal(
  (await pool.query("SELECT balance FROM aws_accounts WHERE id = 1")).rows[0].balance, 1);
await pool.end();
