package io.github.dsqljava.local.session;

import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * How long a transaction may take.
 *
 * @param transactionAge from its BEGIN on
 * @param clock by which it ages
 */
record Terms(Duration transactionAge, InstantSource clock) {
  /** Makes all other limits known to the sessions that begin after this. */
  static void tell(SystemConnection connection, Limits limits) throws IOException {
    connection.query("ALTER DATABASE postgres RESET ALL"); // of an earlier start
    connection.query(
        "ALTER DATABASE postgres SET temp_file_limit = '"
            + Math.max(1, limits.of(Limit.QUERY_TEMP_BYTES) / 1024)
            + "kB'");
    for (Map.Entry<Limit, Long> limit : limits.changed().entrySet()) {
      connection.query(
          "ALTER DATABASE postgres SET "
              + limit.getKey().setting()
              + " = "
              + Sql.literal(limit.getValue().toString()));
    }
  }
}
