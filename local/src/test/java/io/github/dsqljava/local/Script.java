package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.postgresql.jdbc.PgConnection;

/**
 * Several sessions, step by step, with the exact answer to each step. A line is {@code session: sql
 * => answer}; {@code A! } sends a statement without waiting, {@code A~} makes sure that it still
 * runs, {@code A?} waits for its answer; {@code A^} waits until it sleeps in {@code pg_sleep}.
 * Answers: {@code #1} an update count, {@code [1, a] [2, b]} rows, {@code none} no row, {@code 200
 * rows} many, {@code !23505} a SQLSTATE, {@code !OC000} the conflict in the service's words, {@code
 * ok} anything but an error. The word {@code status} in place of SQL asks for the state of the
 * transaction, {@code jobs} waits for the end of all jobs.
 */
final class Script implements AutoCloseable {
  static final String CONFLICT = "ERROR: change conflicts with another transaction (OC000)";
  private static final long STEP_LIMIT_SECONDS = 30;
  private static final int MANY = 100;

  private final DsqlLocal cluster;
  private final String user;
  private final String protocol;
  private final Map<String, Connection> sessions = new LinkedHashMap<>();
  private final Map<String, Future<String>> running = new LinkedHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  Script(DsqlLocal cluster, String user, String protocol) {
    this.cluster = cluster;
    this.user = user;
    this.protocol = protocol;
  }

  /** Runs a script in one protocol, with sessions of its own. */
  static void play(DsqlLocal cluster, String protocol, String script) throws Exception {
    try (Script sessions = new Script(cluster, "admin", protocol)) {
      sessions.play(script);
    }
  }

  void play(String script) throws Exception {
    for (String line : script.lines().map(String::strip).toList()) {
      if (line.isEmpty() || line.startsWith("--")) {
        continue;
      }
      String name = line.substring(0, 1);
      char mode = line.charAt(1);
      int arrow = line.lastIndexOf("=>");
      String sql = line.substring(2, arrow < 0 ? line.length() : arrow).strip();
      String expected = arrow < 0 ? "ok" : line.substring(arrow + 2).strip();
      Connection session = session(name);
      if (mode == '!') {
        running.put(name, threads.submit(() -> answer(session, sql)));
        continue;
      }
      if (mode == '^') {
        awaitSleep(session);
        continue;
      }
      if (mode == '~') {
        assertThat(running.get(name).isDone()).as("%s is over", name).isFalse();
        continue;
      }
      Future<String> later =
          mode == '?' ? running.remove(name) : threads.submit(() -> answer(session, sql));
      String actual = await(line, later);
      if (!expected.equals("ok") || actual.startsWith("!")) {
        assertThat(actual).as("%s (%s)", line, protocol).isEqualTo(expected);
      }
    }
  }

  private static String await(String line, Future<String> answer)
      throws InterruptedException, ExecutionException {
    try {
      return answer.get(STEP_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer to: " + line, e);
    }
  }

  private void awaitSleep(Connection sleeper) throws SQLException {
    String asleep =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = "
            + sleeper.unwrap(PgConnection.class).getBackendPID();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STEP_LIMIT_SECONDS);
    try (Connection observer = Jdbc.connect(cluster, user)) {
      while (!Jdbc.value(observer, asleep).equals("1")) {
        assertThat(System.nanoTime()).as("asleep").isLessThan(deadline);
      }
    }
  }

  private Connection session(String name) throws SQLException {
    Connection session = sessions.get(name);
    if (session == null) {
      session = Jdbc.connect(cluster, user, "preferQueryMode=" + protocol);
      sessions.put(name, session);
    }
    return session;
  }

  private static String answer(Connection session, String sql) throws SQLException {
    if (sql.equals("status")) {
      return session
          .unwrap(PgConnection.class)
          .getTransactionState()
          .name()
          .toLowerCase(Locale.ROOT);
    }
    if (sql.equals("jobs")) {
      Jdbc.awaitJobs(session);
      return "ok";
    }
    if (sql.equals("drop")) {
      session.abort(Runnable::run);
      return "ok";
    }
    try (Statement statement = session.createStatement()) {
      if (!statement.execute(sql)) {
        return "#" + statement.getUpdateCount();
      }
      List<String> rows = new ArrayList<>();
      try (ResultSet result = statement.getResultSet()) {
        while (result.next()) {
          List<String> columns = new ArrayList<>();
          for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            columns.add(result.getString(i));
          }
          rows.add(columns.toString());
        }
      }
      if (rows.size() > MANY) {
        return rows.size() + " rows";
      }
      return rows.isEmpty() ? "none" : String.join(" ", rows);
    } catch (SQLException e) {
      boolean conflict = "40001".equals(e.getSQLState()) && CONFLICT.equals(e.getMessage());
      return conflict
          ? "!OC000"
          : "!" + e.getSQLState() + " " + e.getMessage().lines().findFirst().orElse("");
    }
  }

  @Override
  public void close() throws Exception {
    threads.shutdownNow();
    for (Connection session : sessions.values()) {
      session.close();
    }
  }
}
