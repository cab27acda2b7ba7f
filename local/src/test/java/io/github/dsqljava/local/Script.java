package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.script.Step;
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
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Several sessions of pgjdbc, step by step, with the exact answer to each step; {@link Step} says
 * how a line is written. In place of the words {@code !OC000}, the answer to a conflict has them.
 */
final class Script implements AutoCloseable {
  static final String CONFLICT = Step.CONFLICT.replaceFirst("^!40001 ", "");
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
    play(
        script
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("--"))
            .map(Step::parse)
            .toList());
  }

  void play(List<Step> steps) throws Exception {
    for (Step written : steps) {
      Step step = written.in("public");
      String name = step.session();
      Connection session = session(name);
      switch (step.mode()) {
        case Step.SEND -> running.put(name, threads.submit(() -> answer(session, step.sql())));
        case Step.SLEEPS -> awaitSleep(session);
        case Step.RUNS -> assertThat(running.get(name).isDone()).as("%s is over", name).isFalse();
        default -> {
          Future<String> later =
              step.mode() == Step.AWAIT
                  ? running.remove(name)
                  : threads.submit(() -> answer(session, step.sql()));
          String actual = await(step.toString(), later);
          if (!step.accepts(actual)) {
            assertThat(actual).as("%s (%s)", step, protocol).isEqualTo(step.expected());
          }
        }
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
    } catch (PSQLException e) {
      return error(e);
    }
  }

  private static String error(PSQLException e) {
    StringBuilder text = new StringBuilder("!" + e.getSQLState() + " ");
    text.append(e.getMessage().lines().findFirst().orElse(""));
    ServerErrorMessage server = e.getServerErrorMessage();
    if (server != null && server.getDetail() != null) {
      text.append(Step.DETAILS).append("DETAIL: ").append(server.getDetail());
    }
    if (server != null && server.getHint() != null) {
      text.append(Step.DETAILS).append("HINT: ").append(server.getHint());
    }
    return text.toString();
  }

  @Override
  public void close() throws Exception {
    threads.shutdownNow();
    for (Connection session : sessions.values()) {
      session.close();
    }
  }
}
