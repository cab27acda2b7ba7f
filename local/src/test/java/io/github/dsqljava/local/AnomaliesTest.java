package io.github.dsqljava.local;

import java.sql.Connection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The classic anomalies, by the names of Adya and of Bailis et al., and what snapshot isolation
 * with "first committer wins" answers: all are prevented but write skew (G2-item, G2).
 */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended"})
class AnomaliesTest {
  private static DsqlLocal cluster;

  @Parameter String protocol;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void fill() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "DROP TABLE IF EXISTS t",
          "CREATE TABLE t (id int PRIMARY KEY, v int)",
          "INSERT INTO t VALUES (1, 10), (2, 20)");
    }
  }

  private void play(String script) throws Exception {
    Script.play(cluster, protocol, script);
  }

  @Test
  void g0_dirtyWrite() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: UPDATE t SET v = 11 WHERE id = 1    => #1
        B: UPDATE t SET v = 12 WHERE id = 1    => #1
        A: UPDATE t SET v = 21 WHERE id = 2    => #1
        A: COMMIT
        C: SELECT * FROM t ORDER BY id         => [1, 11] [2, 21]
        B: UPDATE t SET v = 22 WHERE id = 2    => #1
        B: COMMIT                              => !OC000
        C: SELECT * FROM t ORDER BY id         => [1, 11] [2, 21]
        """);
  }

  @Test
  void g1a_abortedRead() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: UPDATE t SET v = 101 WHERE id = 1   => #1
        B: SELECT * FROM t ORDER BY id         => [1, 10] [2, 20]
        A: ROLLBACK
        B: SELECT * FROM t ORDER BY id         => [1, 10] [2, 20]
        B: COMMIT
        """);
  }

  @Test
  void g1b_intermediateRead() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: UPDATE t SET v = 101 WHERE id = 1   => #1
        B: SELECT * FROM t ORDER BY id         => [1, 10] [2, 20]
        A: UPDATE t SET v = 11 WHERE id = 1    => #1
        A: COMMIT
        B: SELECT * FROM t ORDER BY id         => [1, 10] [2, 20]
        B: COMMIT
        """);
  }

  @Test
  void g1c_circularInformationFlow() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: UPDATE t SET v = 11 WHERE id = 1    => #1
        B: UPDATE t SET v = 22 WHERE id = 2    => #1
        A: SELECT v FROM t WHERE id = 2        => [20]
        B: SELECT v FROM t WHERE id = 1        => [10]
        A: COMMIT
        B: COMMIT
        """);
  }

  @Test
  void otv_observedTransactionVanishes() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        C: BEGIN
        A: UPDATE t SET v = 11 WHERE id = 1    => #1
        A: UPDATE t SET v = 19 WHERE id = 2    => #1
        B: UPDATE t SET v = 12 WHERE id = 1    => #1
        A: COMMIT
        C: SELECT * FROM t ORDER BY id         => [1, 11] [2, 19]
        B: UPDATE t SET v = 18 WHERE id = 2    => #1
        C: SELECT * FROM t ORDER BY id         => [1, 11] [2, 19]
        B: COMMIT                              => !OC000
        C: SELECT * FROM t ORDER BY id         => [1, 11] [2, 19]
        C: COMMIT
        """);
  }

  @Test
  void pmp_predicateManyPreceders() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: SELECT * FROM t WHERE v = 30        => none
        B: INSERT INTO t VALUES (3, 30)        => #1
        B: COMMIT
        A: SELECT * FROM t WHERE v % 3 = 0     => none
        A: COMMIT
        """);
  }

  @Test
  void pmp_forWritePredicates() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: UPDATE t SET v = v + 10             => #2
        B: DELETE FROM t WHERE v = 20          => #1
        A: COMMIT
        B: SELECT * FROM t ORDER BY id         => [1, 10]
        B: COMMIT                              => !OC000
        C: SELECT * FROM t ORDER BY id         => [1, 20] [2, 30]
        """);
  }

  @Test
  void p4_lostUpdate() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: SELECT v FROM t WHERE id = 1        => [10]
        B: SELECT v FROM t WHERE id = 1        => [10]
        A: UPDATE t SET v = 11 WHERE id = 1    => #1
        B: UPDATE t SET v = 11 WHERE id = 1    => #1
        A: COMMIT
        B: COMMIT                              => !OC000
        """);
  }

  @Test
  void gSingle_readSkew() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: SELECT v FROM t WHERE id = 1        => [10]
        B: SELECT * FROM t ORDER BY id         => [1, 10] [2, 20]
        B: UPDATE t SET v = 12 WHERE id = 1    => #1
        B: UPDATE t SET v = 18 WHERE id = 2    => #1
        B: COMMIT
        A: SELECT v FROM t WHERE id = 2        => [20]
        A: COMMIT
        """);
  }

  @Test
  void gSingle_predicateDependency() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: SELECT * FROM t WHERE v % 5 = 0 ORDER BY id  => [1, 10] [2, 20]
        B: UPDATE t SET v = 12 WHERE v = 10    => #1
        B: COMMIT
        A: SELECT * FROM t WHERE v % 3 = 0     => none
        A: COMMIT
        """);
  }

  @Test
  void gSingle_writePredicate() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: SELECT v FROM t WHERE id = 1        => [10]
        B: SELECT * FROM t ORDER BY id         => [1, 10] [2, 20]
        B: UPDATE t SET v = 12 WHERE id = 1    => #1
        B: UPDATE t SET v = 18 WHERE id = 2    => #1
        B: COMMIT
        A: DELETE FROM t WHERE v = 20          => #1
        A: SELECT * FROM t                     => [1, 10]
        A: COMMIT                              => !OC000
        """);
  }

  @Test
  void gSingle_writeBeforeTheOtherCommits() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: SELECT v FROM t WHERE id = 1        => [10]
        B: SELECT * FROM t ORDER BY id         => [1, 10] [2, 20]
        B: UPDATE t SET v = 12 WHERE id = 1    => #1
        A: DELETE FROM t WHERE v = 20          => #1
        B: UPDATE t SET v = 18 WHERE id = 2    => #1
        A: ROLLBACK
        B: COMMIT
        C: SELECT * FROM t ORDER BY id         => [1, 12] [2, 18]
        """);
  }

  @Test
  void g2Item_writeSkewIsPossible_unlessRowsAreLocked() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: SELECT * FROM t ORDER BY id         => [1, 10] [2, 20]
        B: SELECT * FROM t ORDER BY id         => [1, 10] [2, 20]
        A: UPDATE t SET v = 11 WHERE id = 1    => #1
        B: UPDATE t SET v = 21 WHERE id = 2    => #1
        A: COMMIT
        B: COMMIT
        A: BEGIN
        B: BEGIN
        A: SELECT * FROM t ORDER BY id FOR UPDATE  => [1, 11] [2, 21]
        B: SELECT * FROM t ORDER BY id FOR UPDATE  => [1, 11] [2, 21]
        A: UPDATE t SET v = 12 WHERE id = 1    => #1
        B: UPDATE t SET v = 22 WHERE id = 2    => #1
        A: COMMIT
        B: COMMIT                              => !OC000
        C: SELECT * FROM t ORDER BY id         => [1, 12] [2, 21]
        """);
  }

  @Test
  void g2_antiDependencyOnPredicatesIsPossible() throws Exception {
    play(
        """
        A: BEGIN
        B: BEGIN
        A: SELECT * FROM t WHERE v % 3 = 0     => none
        B: SELECT * FROM t WHERE v % 3 = 0     => none
        A: INSERT INTO t VALUES (3, 30)        => #1
        B: INSERT INTO t VALUES (4, 42)        => #1
        A: COMMIT
        B: COMMIT
        C: SELECT * FROM t WHERE v % 3 = 0 ORDER BY id  => [3, 30] [4, 42]
        """);
  }
}
