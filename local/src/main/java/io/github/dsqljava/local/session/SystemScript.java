package io.github.dsqljava.local.session;

import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What PostgreSQL is told at every start of a cluster. */
final class SystemScript {
  private SystemScript() {}

  /** Runs a resource whose statements end where a semicolon is followed by an empty line. */
  static void run(SystemConnection connection, String resource) throws IOException {
    for (String statement : text(resource).split(";\n\n")) {
      if (!statement.isBlank()) {
        connection.query(statement);
      }
    }
  }

  private static String text(String resource) throws IOException {
    try (InputStream sql = SystemScript.class.getResourceAsStream(resource)) {
      if (sql == null) {
        throw new IOException(resource + " is missing from dsql-local's jar");
      }
      return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Makes the limits known to all sessions that begin after this. */
  static void set(SystemConnection connection, Limits limits) throws IOException {
    connection.query("ALTER DATABASE postgres RESET ALL"); // of an earlier start
    for (Map.Entry<Limit, Long> limit : limits.changed().entrySet()) {
      connection.query(
          "ALTER DATABASE postgres SET "
              + limit.getKey().setting()
              + " = "
              + Sql.literal(limit.getValue().toString()));
    }
  }
}
