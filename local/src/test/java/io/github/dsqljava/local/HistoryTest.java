package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.History.Attempt;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random transactions of eight sessions over twenty rows, checked for snapshot isolation. */
class HistoryTest {
  private static final int SESSIONS = 8;
  private static final int ROWS = 20;
  private static final int HISTORIES = Integer.getInteger("dsql.histories", 500);

  private final AtomicLong clock = new AtomicLong();
  private final AtomicLong values = new AtomicLong();

  /**
   * Takes 8 seconds on an idle machine; {@code -Ddsql.histories} makes it longer, {@code
   * -Ddsql.seed} repeats its random choices, though not what the sessions make of them.
   */
  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void randomHistories_areSnapshotIsolationWithFirstCommitterWins() throws Exception {
    long seed = Long.getLong("dsql.seed", System.nanoTime());
    System.out.println("HistoryTest seed " + seed);
    Random seeds = new Random(seed);
    long committed = 0;
    long lost = 0;
    ExecutorService threads = Executors.newFixedThreadPool(SESSIONS);
    try (DsqlLocal cluster = DsqlLocal.start();
        Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE TABLE h (id int PRIMARY KEY, v bigint NOT NULL, old bigint)",
          "INSERT INTO h SELECT i, -i, 0 FROM generate_series(1, " + ROWS + ") i");
      List<Connection> sessions = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        String protocol = i % 2 == 0 ? "simple" : "extendedCacheEverything";
        sessions.add(Jdbc.connect(cluster, "admin", "preferQueryMode=" + protocol));
      }
      Map<Integer, Long> first = state(admin);
      for (int h = 0; h < HISTORIES; h++) {
        List<Future<List<Attempt>>> running = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
          Random random = new Random(seeds.nextLong());
          Connection session = sessions.get(i);
          String name = "s" + i;
          running.add(threads.submit(() -> run(session, name, random)));
        }
        List<Attempt> attempts = new ArrayList<>();
        for (Future<List<Attempt>> session : running) {
          attempts.addAll(session.get(60, TimeUnit.SECONDS));
        }
        Map<Integer, Long> last = state(admin);
        new History(attempts, first, last).check();
        first = last;
        long won = attempts.stream().filter(attempt -> attempt.committed).count();
        committed += won;
        lost += attempts.size() - won;
      }
      for (Connection session : sessions) {
        session.close();
      }
    } finally {
      threads.shutdownNow();
    }
    System.out.println("HistoryTest: " + committed + " committed, " + lost + " did not");
    assertThat(committed).isGreaterThan(HISTORIES);
    if (HISTORIES >= 100) {
      assertThat(lost).isGreaterThan(HISTORIES / 10);
    }
  }

  private static Map<Integer, Long> state(Connection connection) throws SQLException {
    Map<Integer, Long> state = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id, v FROM h")) {
      while (rows.next()) {
        state.put(rows.getInt(1), rows.getLong(2));
      }
    }
    return state;
  }

  private List<Attempt> run(Connection session, String name, Random random) throws SQLException {
    List<Attempt> attempts = new ArrayList<>();
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      Attempt attempt = new Attempt(name);
      attempts.add(attempt);
      try {
        attempt.began = clock.incrementAndGet();
        Jdbc.execute(session, "BEGIN");
        for (int steps = 1 + random.nextInt(4); steps > 0; steps--) {
          step(session, attempt, random);
        }
        if (random.nextInt(10) == 0) {
          Jdbc.execute(session, "ROLLBACK");
        } else {
          Jdbc.execute(session, "COMMIT");
          attempt.committed = true;
          attempt.ended = clock.incrementAndGet();
        }
      } catch (SQLException e) {
        attempt.require("40001".equals(e.getSQLState()), "failed with " + e);
        attempt.require(Script.CONFLICT.equals(e.getMessage()), "failed with " + e);
        attempt.steps.add("conflict");
        Jdbc.execute(session, "ROLLBACK");
      }
    }
    return attempts;
  }

  private void step(Connection session, Attempt attempt, Random random) throws SQLException {
    int row = 1 + random.nextInt(ROWS);
    switch (random.nextInt(6)) {
      case 0 -> reads(session, attempt, "SELECT id, v FROM h", ROWS);
      case 1 -> reads(session, attempt, "SELECT id, v FROM h WHERE id = " + row, 1);
      case 2 -> {
        reads(session, attempt, "SELECT id, v FROM h WHERE id = " + row + " FOR UPDATE", 1);
        attempt.locks(row);
      }
      case 3 -> {
        int other = row % ROWS + 1;
        writes(session, attempt, "WHERE id IN (" + row + ", " + other + ")", 2);
      }
      default -> writes(session, attempt, "WHERE id = " + row, 1);
    }
  }

  private static void reads(Connection session, Attempt attempt, String sql, int expected)
      throws SQLException {
    int count = 0;
    try (Statement statement = session.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        attempt.sees(rows.getInt(1), rows.getLong(2));
        count++;
      }
    }
    attempt.require(count == expected, "got " + count + " rows of " + sql);
  }

  private void writes(Connection session, Attempt attempt, String where, int expected)
      throws SQLException {
    long value = values.addAndGet(2);
    int count = 0;
    String sql = "UPDATE h SET old = v, v = " + value + " " + where + " RETURNING id, old";
    try (Statement statement = session.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        attempt.writes(rows.getInt(1), value, rows.getLong(2));
        count++;
      }
    }
    attempt.require(count == expected, "changed " + count + " rows by " + sql);
  }

  @Test
  void checker_findsALostUpdate() {
    Attempt one = committed("one", 1, 3);
    one.writes(1, 11, 0);
    Attempt two = committed("two", 2, 4);
    two.writes(1, 12, 0);
    assertThatThrownBy(() -> check(Map.of(1, 12L), one, two))
        .hasMessageContaining("lost an update");
  }

  @Test
  void checker_findsDirtyAndSkewedReads() {
    Attempt lost = committed("lost", 1, 3);
    lost.committed = false;
    lost.writes(1, 11, 0);
    Attempt reader = committed("reader", 2, 4);
    reader.sees(1, 11);
    assertThatThrownBy(() -> check(Map.of(1, 0L), lost, reader)).hasMessageContaining("dirty");

    Attempt writer = committed("writer", 1, 9);
    writer.writes(1, 11, 0);
    writer.writes(2, 12, 0);
    Attempt skewed = committed("skewed", 2, 8);
    skewed.sees(1, 0);
    skewed.sees(2, 12);
    assertThatThrownBy(() -> check(Map.of(1, 11L, 2, 12L), writer, skewed))
        .hasMessageContaining("circle");
  }

  @Test
  void checker_findsAWriterThatPassesALock_andAllowsWriteSkew() {
    Attempt locker = committed("locker", 1, 9);
    locker.sees(1, 0);
    locker.locks(1);
    locker.writes(2, 22, 0);
    Attempt writer = committed("writer", 2, 8);
    writer.sees(2, 0);
    writer.writes(1, 11, 0);
    assertThatThrownBy(
            () -> {
              writer.locks(2);
              check(Map.of(1, 11L, 2, 22L), locker, writer);
            })
        .hasMessageContaining("circle");
    locker.locked.clear();
    writer.locked.clear();
    check(Map.of(1, 11L, 2, 22L), locker, writer);
  }

  private static Attempt committed(String name, long began, long ended) {
    Attempt attempt = new Attempt(name);
    attempt.began = began;
    attempt.ended = ended;
    attempt.committed = true;
    return attempt;
  }

  private static void check(Map<Integer, Long> last, Attempt... attempts) {
    Map<Integer, Long> first = new HashMap<>(last);
    first.replaceAll((row, value) -> 0L);
    new History(List.of(attempts), first, last).check();
  }
}
