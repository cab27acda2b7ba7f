package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A transaction of many statements beside another one: queries leave nothing behind. */
class ManyStatementsTest {
  private static final String LOCKS =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND pid = pg_backend_pid()";

  private DsqlLocal cluster;
  private Connection a;
  private Connection b;

  @BeforeEach
  void start() throws Exception {
    cluster = DsqlLocal.start();
    a = Jdbc.connect(cluster, "admin");
    b = Jdbc.connect(cluster, "admin");
    Jdbc.execute(
        a,
        "CREATE TABLE t (id int PRIMARY KEY, v int)",
        "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)");
    Jdbc.executeAgain(b, "SELECT 1 FROM t");
    a.setAutoCommit(false);
    Jdbc.execute(a, "UPDATE t SET v = 10 WHERE id = 1");
  }

  @AfterEach
  void stop() throws Exception {
    a.close();
    b.close();
    cluster.close();
  }

  private void readOften() throws Exception {
    for (int i = 0; i < 50; i++) {
      assertThat(Jdbc.value(a, "SELECT sum(v) FROM t")).isEqualTo("15");
    }
  }

  @Test
  void queries_leaveNoSavepoints() throws Exception {
    b.setAutoCommit(false);
    Jdbc.execute(b, "UPDATE t SET v = 30 WHERE id = 3");
    readOften();
    Jdbc.execute(a, "UPDATE t SET v = 20 WHERE id = 2");
    readOften(20);
    assertThat(Integer.parseInt(Jdbc.value(a, LOCKS))).isLessThan(10);
    b.rollback();
    a.commit();
    assertThat(Jdbc.value(b, "SELECT sum(v) FROM t")).isEqualTo("33");
  }

  private void readOften(int second) throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(Jdbc.value(a, "SELECT v FROM t WHERE id = 2")).isEqualTo("" + second);
    }
  }

  /** What was done before the queries stays, when the statement behind them is taken back. */
  @Test
  void statementBehindQueries_isTakenBackAlone() throws Exception {
    readOften();
    Jdbc.execute(b, "UPDATE t SET v = 30 WHERE id = 3");
    readOften();
    Jdbc.execute(a, "INSERT INTO t VALUES (3, 5) ON CONFLICT DO NOTHING");
    readOften();
    Jdbc.execute(a, "UPDATE t SET v = 20 WHERE id = 2");
    a.commit();
    assertThat(Jdbc.column(b, "SELECT v FROM t ORDER BY id")).containsExactly("10", "20", "30");
  }
}
