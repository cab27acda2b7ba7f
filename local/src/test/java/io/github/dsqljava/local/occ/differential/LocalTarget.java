package io.github.dsqljava.local.occ.differential;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.LoopbackSocketFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** dsql-local, through pgjdbc; sessions differ in how they send statements. */
final class LocalTarget implements Target {
  /** Which modes of pgjdbc sessions have by turns: named statements stay over transactions. */
  private static final List<Map<String, String>> MODES =
      List.of(
          Map.of("preferQueryMode", "extended", "prepareThreshold", "1"),
          Map.of("preferQueryMode", "simple"),
          Map.of("preferQueryMode", "extended", "prepareThreshold", "0"));

  /** Lets a session learn that others have changed the schema, before it matters. */
  private static final String LOOK = "SELECT count(*) FROM pg_class";

  private static final String DEADLINE_SECONDS = "10";

  private final DsqlLocal cluster;
  private final Connection admin;
  private final Map<String, Connection> sessions = new HashMap<>();

  /** What a schema's tables hold; null if that is not known. */
  private Schema knownSchema;

  private State known;

  LocalTarget(DsqlLocal cluster, List<Schema> schemas) throws SQLException {
    this.cluster = cluster;
    this.admin = connect("admin", Map.of("preferQueryMode", "simple"));
    for (String ddl : Schemas.roles()) {
      execute(admin, ddl);
    }
    execute(admin, "AWS IAM GRANT dave TO '" + cluster.principal().arn() + "'");
    // Indexes are there at once, and the same text is good for PostgreSQL.
    execute(admin, "SET disable_sync_create_index = off");
    for (Schema schema : schemas) {
      for (String ddl : schema.ddl()) {
        execute(admin, ddl);
      }
      if (!schema.ddlOfDave().isEmpty()) {
        try (Connection dave = connect("dave", Map.of())) {
          for (String ddl : schema.ddlOfDave()) {
            execute(dave, ddl);
          }
        }
        execute(admin, LOOK);
      }
      for (Table table : schema.tables()) {
        if (table.late() != null) {
          execute(admin, table.addLate());
        }
      }
    }
  }

  private Connection connect(String role, Map<String, String> mode) throws SQLException {
    Properties all = new Properties();
    all.putAll(mode);
    all.setProperty("user", role);
    all.setProperty("password", cluster.token(role));
    all.setProperty("socketFactory", LoopbackSocketFactory.class.getName());
    all.setProperty("sslmode", "verify-full");
    all.setProperty("sslrootcert", cluster.caFile().toString());
    all.setProperty("stringtype", "unspecified");
    all.setProperty("socketTimeout", DEADLINE_SECONDS);
    Connection connection =
        DriverManager.getConnection(
            "jdbc:postgresql://" + cluster.clusterHost() + ":" + cluster.port() + "/postgres", all);
    execute(connection, LOOK);
    return connection;
  }

  /** As a program does that is told that others have changed the schema. */
  private static void execute(Connection connection, String sql) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
        return;
      } catch (SQLException e) {
        if (attempt == 50 || !"40001".equals(e.getSQLState())) {
          throw new SQLException(e.getMessage() + " in: " + sql, e.getSQLState(), e);
        }
      }
    }
  }

  @Override
  public void reset(Schema schema, State rows) throws SQLException {
    if (schema.equals(knownSchema) && known.difference(rows).isEmpty()) {
      return;
    }
    knownSchema = null;
    List<Table> late = schema.tables().stream().filter(table -> table.late() != null).toList();
    for (Table table : late) {
      execute(admin, table.dropLate());
    }
    try {
      refill(schema, rows);
    } finally {
      execute(admin, "ROLLBACK"); // if it has not come to its end
      for (Table table : late) {
        execute(admin, table.addLate());
      }
    }
    if (!late.isEmpty()) {
      for (Connection session : sessions.values()) {
        execute(session, LOOK);
      }
    }
    known = rows;
    knownSchema = schema;
  }

  private void refill(Schema schema, State rows) throws SQLException {
    List<Table> reversed = new ArrayList<>(schema.tables());
    Collections.reverse(reversed);
    execute(admin, "BEGIN");
    for (Table table : reversed) {
      execute(admin, "DELETE FROM " + table.name());
    }
    for (Table table : schema.tables()) {
      List<List<String>> values =
          rows.rows(table).values().stream().map(State.Row::values).toList();
      if (!values.isEmpty()) {
        execute(admin, table.insert(values));
      }
    }
    execute(admin, "COMMIT");
  }

  @Override
  public Answer run(int session, String role, Step step) throws SQLException {
    knownSchema = null;
    String name = role + session;
    Connection connection = sessions.get(name);
    if (connection == null) {
      connection = connect(role, MODES.get(session % MODES.size()));
      sessions.put(name, connection);
    }
    return Answer.of(connection, Target.sql(step), Target.parameters(step));
  }

  @Override
  public State content(Schema schema) throws SQLException {
    StringBuilder sql = new StringBuilder();
    schema.tables().forEach(table -> sql.append(table.query("'f'")).append(";"));
    State state = read(admin, schema, sql.toString());
    known = state;
    knownSchema = schema;
    return state;
  }

  static State read(Connection connection, Schema schema, String sql) throws SQLException {
    List<List<List<String>>> tables = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      boolean more = statement.execute(sql);
      while (more || statement.getUpdateCount() != -1) {
        if (more) {
          try (ResultSet result = statement.getResultSet()) {
            tables.add(Answer.rows(result));
          }
        }
        more = statement.getMoreResults();
      }
    }
    return State.of(schema.tables(), tables);
  }

  @Override
  public void rest() throws SQLException {
    for (Map.Entry<String, Connection> session : List.copyOf(sessions.entrySet())) {
      try {
        execute(session.getValue(), "ROLLBACK");
        execute(session.getValue(), "RESET search_path");
      } catch (SQLException e) {
        // It did not answer, or has ended: the next history has a new one.
        session.getValue().abort(Runnable::run);
        sessions.remove(session.getKey());
      }
    }
  }

  @Override
  public void close() throws SQLException {
    for (Connection session : sessions.values()) {
      session.close();
    }
    admin.close();
  }
}
