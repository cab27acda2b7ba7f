package io.github.dsqljava.local.occ.differential;

import io.github.dsqljava.local.postgres.PlainServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A database of plain PostgreSQL for one session alone. It is brought to what the session's
 * snapshot shows, and then answers like a PostgreSQL in which nobody else is.
 */
final class Oracle implements AutoCloseable {
  private static final String MINE = "xmin = pg_current_xact_id()::xid";

  private final Connection session;
  private final Connection keeper;
  private final Map<Table, Map<List<String>, State.Row>> held = new HashMap<>();

  /** The role whose rights the session has. */
  private String role = "postgres";

  Oracle(PlainServer server, String database) throws SQLException {
    this.session = server.connect(database, "stringtype=unspecified", "preferQueryMode=simple");
    this.keeper = server.connect(database, "preferQueryMode=simple");
    execute(keeper, "SET session_replication_role = replica");
  }

  /** The database that the others are copies of. */
  static void createModel(PlainServer server, String database, List<Schema> schemas)
      throws SQLException {
    try (Connection postgres = server.connect("postgres")) {
      execute(postgres, "CREATE ROLE admin LOGIN CREATEROLE");
      execute(postgres, "CREATE DATABASE " + database + " OWNER admin");
    }
    try (Connection connection = server.connect(database, "preferQueryMode=simple")) {
      execute(connection, "GRANT ALL ON SCHEMA public TO admin");
      execute(connection, "SET SESSION AUTHORIZATION admin");
      for (String ddl : Schemas.roles()) {
        execute(connection, ddl);
      }
      for (Schema schema : schemas) {
        for (String ddl : schema.ddl()) {
          execute(connection, ddl);
        }
        execute(connection, "SET SESSION AUTHORIZATION dave");
        for (String ddl : schema.ddlOfDave()) {
          execute(connection, ddl);
        }
        execute(connection, "SET SESSION AUTHORIZATION admin");
      }
    }
  }

  static void copyModel(PlainServer server, String model, String database) throws SQLException {
    try (Connection postgres = server.connect("postgres")) {
      execute(postgres, "CREATE DATABASE " + database + " TEMPLATE " + model + " OWNER admin");
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new SQLException(e.getMessage() + " in: " + sql, e.getSQLState(), e);
    }
  }

  /** Holds exactly these rows afterwards; returns all that PostgreSQL makes of them. */
  State load(Schema schema, Map<Table, List<List<String>>> rows) throws SQLException {
    StringBuilder sql = new StringBuilder("BEGIN;");
    for (Table table : schema.tables()) {
      List<List<String>> own = rows.getOrDefault(table, List.of());
      sql.append("DELETE FROM ").append(table.name()).append(';');
      lateAside(table, sql);
      if (!own.isEmpty()) {
        sql.append(table.insert(own)).append(';');
      }
      lateAgain(table, sql);
    }
    execute(keeper, sql.append("COMMIT").toString());
    State state = contents(keeper, schema, "'f'");
    holds(schema, state);
    return state;
  }

  private static void lateAside(Table table, StringBuilder sql) {
    if (table.late() != null) {
      sql.append(table.dropLate()).append(';');
    }
  }

  private static void lateAgain(Table table, StringBuilder sql) {
    if (table.late() != null) {
      sql.append(table.addLate()).append(';');
    }
  }

  /** The same for a state, changing no more rows than it has to. */
  void synchronise(Schema schema, State wanted) throws SQLException {
    for (Table table : schema.tables()) {
      if (!held.containsKey(table)) {
        held.put(table, contents(keeper, schema, "'f'").rows(table));
      }
    }
    StringBuilder sql = new StringBuilder();
    for (Table table : schema.tables()) {
      synchronise(table, held.get(table), wanted.rows(table), sql);
    }
    if (!sql.isEmpty()) {
      execute(keeper, "BEGIN;" + sql + "COMMIT");
      holds(schema, wanted);
    }
  }

  private static void synchronise(
      Table table,
      Map<List<String>, State.Row> old,
      Map<List<String>, State.Row> wanted,
      StringBuilder sql) {
    List<List<String>> missing = new ArrayList<>();
    wanted.forEach(
        (key, row) -> {
          State.Row there = old.get(key);
          if (there == null || !there.values().equals(row.values())) {
            missing.add(row.values());
          }
        });
    old.forEach(
        (key, row) -> {
          State.Row there = wanted.get(key);
          if (there == null || !there.values().equals(row.values())) {
            sql.append("DELETE FROM ").append(table.name()).append(" WHERE ");
            for (int i = 0; i < table.keySize(); i++) {
              sql.append(i == 0 ? "" : " AND ").append(table.columns().get(i));
              sql.append(" = ").append(Sql.literal(key.get(i)));
            }
            sql.append(';');
          }
        });
    if (!missing.isEmpty()) {
      lateAside(table, sql);
      sql.append(table.insert(missing)).append(';');
      lateAgain(table, sql);
    }
  }

  void become(String wanted) throws SQLException {
    if (!role.equals(wanted)) {
      execute(session, "SET SESSION AUTHORIZATION " + wanted);
      role = wanted;
    }
  }

  Answer run(String sql, List<Object> parameters) {
    return Answer.of(session, sql, parameters);
  }

  /** What the session's open transaction sees, whatever its role may see. */
  State contents(Schema schema) throws SQLException {
    return contents(session, schema, MINE);
  }

  private State contents(Connection connection, Schema schema, String mark) throws SQLException {
    StringBuilder sql = new StringBuilder();
    boolean asSession = connection == session;
    sql.append(asSession ? "RESET SESSION AUTHORIZATION;" : "");
    schema.tables().forEach(table -> sql.append(table.query(mark)).append(';'));
    sql.append(asSession ? "SET SESSION AUTHORIZATION " + role : "");
    return LocalTarget.read(connection, schema, sql.toString());
  }

  /** The session has committed: from now on the database holds this. */
  void holds(Schema schema, State state) {
    schema.tables().forEach(table -> held.put(table, state.rows(table)));
  }

  /** Others may have changed the content. */
  void forget() {
    held.clear();
  }

  State committed(Schema schema) throws SQLException {
    return contents(keeper, schema, "'f'");
  }

  void rest() throws SQLException {
    execute(session, "ROLLBACK");
    execute(session, "RESET search_path");
  }

  @Override
  public void close() throws SQLException {
    session.close();
    keeper.close();
  }
}
