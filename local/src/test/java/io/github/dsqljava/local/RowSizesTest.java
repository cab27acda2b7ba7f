package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A transaction that met another one changes the rows that it names, whatever the sizes of rows,
 * the holes between them and the order in which they came.
 *
 * <p>{@code -Ddsql.sizes} makes the random test longer, {@code -Ddsql.seed} repeats a run.
 */
class RowSizesTest {
  private static final int ROUNDS = Integer.getInteger("dsql.sizes", 12);
  private static final long SEED = Long.getLong("dsql.seed", System.nanoTime());

  private static DsqlLocal cluster;
  private static Connection a;
  private static Connection b;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    a = Jdbc.connect(cluster, "admin");
    b = Jdbc.connect(cluster, "admin");
    Jdbc.execute(
        a, "CREATE TABLE hot (id int PRIMARY KEY, n int)", "INSERT INTO hot VALUES (1, 0)");
    Jdbc.executeAgain(b, "SELECT 1 FROM hot");
  }

  @AfterAll
  static void stop() throws Exception {
    a.close();
    b.close();
    cluster.close();
  }

  @BeforeEach
  void dropTable() throws Exception {
    a.setAutoCommit(true);
    b.setAutoCommit(true);
    Jdbc.executeAgain(a, "DROP TABLE IF EXISTS t");
  }

  @Test
  void parkedTransaction_deletesTheRowThatItNames_betweenHoles() throws Exception {
    create("CREATE TABLE t (id int PRIMARY KEY, pad text)");
    Jdbc.executeAgain(
        a,
        "INSERT INTO t SELECT g, repeat('x', 100 + g * 389 % 1400) FROM generate_series(1, 40) g");
    Jdbc.executeAgain(a, "DELETE FROM t WHERE id % 4 = 0");
    a.setAutoCommit(false);
    execute(a, "UPDATE hot SET n = n + 1 WHERE id = 1");
    meet();
    assertThat(execute(a, "DELETE FROM t WHERE id = 26")).isEqualTo(1);
    a.commit();
    assertThat(Jdbc.column(a, "SELECT id FROM t WHERE id BETWEEN 25 AND 27 ORDER BY id"))
        .containsExactly("25", "27");
  }

  @Test
  void parkedTransactions_ofRandomRows_leaveWhatTheModelSays() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      boolean keyed = round % 3 != 0;
      dropTable();
      create("CREATE TABLE t (id int " + (keyed ? "PRIMARY KEY" : "") + ", pad text, origin1 int)");
      round(new Random(SEED + round), "seed " + (SEED + round) + ", round " + round);
    }
  }

  /** The other session learns of it, too. */
  private static void create(String table) throws SQLException {
    Jdbc.executeAgain(a, table);
    Jdbc.executeAgain(b, "SELECT 1 FROM hot");
  }

  private static void round(Random random, String where) throws SQLException {
    TreeMap<Integer, Integer> model = new TreeMap<>();
    fill(random, model);
    a.setAutoCommit(false);
    execute(a, "UPDATE hot SET n = n + 1 WHERE id = 1");
    change(random, model, where);
    meet();
    change(random, model, where);
    meet();
    change(random, model, where);
    a.commit();
    a.setAutoCommit(true);
    assertThat(content()).as(where).isEqualTo(model);
  }

  /** Rows of 10 bytes to 100 KB in random order, and holes. Most sizes compress to nothing. */
  private static void fill(Random random, TreeMap<Integer, Integer> model) throws SQLException {
    List<Integer> ids = new ArrayList<>();
    for (int id = 1; id <= 80; id++) {
      ids.add(id);
    }
    Collections.shuffle(ids, random);
    for (int id : ids) {
      int size = random.nextInt(10) == 0 ? random.nextInt(100_000) : random.nextInt(3_000);
      insert(id, size);
      model.put(id, size);
    }
    for (int id : List.copyOf(model.keySet())) {
      if (random.nextInt(4) == 0) {
        execute(a, "DELETE FROM t WHERE id = " + id);
        model.remove(id);
      }
    }
  }

  private static void change(Random random, TreeMap<Integer, Integer> model, String where)
      throws SQLException {
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int id = 1 + random.nextInt(120);
      boolean there = model.containsKey(id);
      int size = random.nextInt(3_000);
      switch (random.nextInt(3)) {
        case 0 -> {
          assertThat(execute(a, "DELETE FROM t WHERE id = " + id))
              .as(where)
              .isEqualTo(there ? 1 : 0);
          model.remove(id);
        }
        case 1 -> {
          try (PreparedStatement update =
              a.prepareStatement("UPDATE t SET pad = ? WHERE id = " + id)) {
            update.setString(1, text(size, id));
            assertThat(update.executeUpdate()).as(where).isEqualTo(there ? 1 : 0);
          }
          model.computeIfPresent(id, (unused, old) -> size);
        }
        default -> {
          if (!there) {
            insert(id, size);
            model.put(id, size);
          }
        }
      }
    }
  }

  private static void insert(int id, int size) throws SQLException {
    try (PreparedStatement insert = a.prepareStatement("INSERT INTO t VALUES (?, ?, 0)")) {
      insert.setInt(1, id);
      insert.setString(2, text(size, id));
      insert.executeUpdate();
    }
  }

  /** Text that does not compress well. */
  private static String text(int size, int id) {
    Random random = new Random(31L * size + id);
    StringBuilder text = new StringBuilder(size);
    while (text.length() < size) {
      text.append((char) ('!' + random.nextInt(90)));
    }
    return text.toString();
  }

  private static TreeMap<Integer, Integer> content() throws SQLException {
    TreeMap<Integer, Integer> rows = new TreeMap<>();
    try (Statement statement = a.createStatement();
        ResultSet result = statement.executeQuery("SELECT id, pad FROM t")) {
      while (result.next()) {
        int id = result.getInt(1);
        String pad = result.getString(2);
        assertThat(pad).isEqualTo(text(pad.length(), id));
        assertThat(rows.put(id, pad.length())).as("row %d twice", id).isNull();
      }
    }
    return rows;
  }

  /** Another transaction wants the row that this one has changed, and goes away. */
  private static void meet() throws SQLException {
    b.setAutoCommit(false);
    assertThat(execute(b, "UPDATE hot SET n = n + 1 WHERE id = 1")).isEqualTo(1);
    b.rollback();
  }

  private static int execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return statement.getUpdateCount();
    }
  }
}
