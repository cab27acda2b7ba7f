// Where the cluster is, by its environment, for clients that do not sign by themselves.
import { DsqlSigner } from "@aws-sdk/dsql-signer";

const { CLUSTER_ENDPOINT, CLUSTER_PORT, AWS_REGION } = process.env;
const signer = new DsqlSigner({ hostname: CLUSTER_ENDPOINT, region: AWS_REGION });

export const host = CLUSTER_ENDPOINT;
export const port = Number(CLUSTER_PORT);
export const token = () => signer.getDbConnectAdminAuthToken();

/** What pg takes, and all that rest on it. NODE_EXTRA_CA_CERTS is the trust. */
export const pgConfig = { host, port, user: "admin", database: "postgres", password: token, ssl: true };

/** Runs work again after a conflict, as every program on Aurora DSQL has to. */
export async function again(work, code = (error) => error.cause?.code ?? error.original?.code ?? error.code) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt === 20 || code(error) !== "40001") {
        throw error;
      }
    }
  }
}
