package io.github.dsqljava.local.occ.differential;

import io.github.dsqljava.local.postgres.PlainServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Plain PostgreSQL in the place of dsql-local. It is no DSQL: READ COMMITTED loses updates, and a
 * statement waits for others until its time is over. The checker has to see that.
 */
final class PlainTarget implements Target {
  private static final String DATABASE = "target";

  private final PlainServer server;
  private final String isolation;
  private final Oracle content;
  private final Map<Integer, Connection> sessions = new HashMap<>();

  PlainTarget(Oracles oracles, String isolation) throws SQLException {
    this.server = oracles.server();
    this.isolation = isolation;
    oracles.copyModel(DATABASE);
    this.content = new Oracle(server, DATABASE);
  }

  @Override
  public void reset(Schema schema, State rows) throws SQLException {
    content.forget();
    content.synchronise(schema, rows);
  }

  @Override
  public Answer run(int session, String role, Step step) throws SQLException {
    Connection connection = sessions.get(session);
    if (connection == null) {
      connection =
          server.connect(DATABASE, "stringtype=unspecified", "options=-c lock_timeout=200ms");
      sessions.put(session, connection);
      Oracle.execute(connection, "SET default_transaction_isolation = '" + isolation + "'");
    }
    return Answer.of(connection, Target.sql(step), Target.parameters(step));
  }

  @Override
  public State content(Schema schema) throws SQLException {
    return content.committed(schema);
  }

  @Override
  public void rest() throws SQLException {
    for (Connection session : sessions.values()) {
      Oracle.execute(session, "ROLLBACK");
    }
  }

  @Override
  public void close() throws SQLException {
    for (Connection session : sessions.values()) {
      session.close();
    }
    content.close();
    try (Connection postgres = server.connect("postgres")) {
      Oracle.execute(postgres, "DROP DATABASE " + DATABASE);
    }
  }
}
