// node --require ./hosts.cjs: gives the cluster's name an address where nobody may change the
// system's hosts file. Reads CLUSTER_HOSTS_FILE, as a JVM does with -Djdk.net.hosts.file.
const dns = require("node:dns");
const { readFileSync } = require("node:fs");

const addresses = new Map();
for (const line of readFileSync(process.env.CLUSTER_HOSTS_FILE, "latin1").split("\n")) {
  const [address, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
  names.forEach((name) => addresses.has(name) || addresses.set(name, address));
}

const lookup = dns.lookup;
dns.lookup = (name, options, callback) => {
  const address = addresses.get(String(name).toLowerCase());
  if (address === undefined) {
    return lookup(name, options, callback);
  }
  const [given, then] = typeof options === "function" ? [{}, options] : [options, callback];
  const family = address.includes(":") ? 6 : 4;
  process.nextTick(() =>
    given?.all ? then(null, [{ address, family }]) : then(null, address, family));
};
