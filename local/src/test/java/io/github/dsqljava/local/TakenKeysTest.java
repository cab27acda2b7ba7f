package io.github.dsqljava.local;

import java.sql.Connection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A statement outside of a transaction meets a key whose row another transaction is changing: the
 * key is taken all the same. The cluster has no foreign keys, which would wrap each change.
 */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended"})
class TakenKeysTest {
  private static DsqlLocal cluster;

  @Parameter String protocol;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(
          admin,
          "CREATE TABLE t (id int PRIMARY KEY, n int)",
          "CREATE FUNCTION open(k int) RETURNS int LANGUAGE sql AS"
              + " 'INSERT INTO t VALUES (k, 1) RETURNING n'");
    }
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void fill() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.executeAgain(admin, "DELETE FROM t", "INSERT INTO t VALUES (1, 1), (2, 2)");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO t VALUES (1, 5)",
        "INSERT INTO t VALUES (7, 5), (1, 5)",
        "UPDATE t SET id = 1 WHERE id = 2",
        "SELECT open(1)",
        "WITH w AS (INSERT INTO t VALUES (1, 5) RETURNING id) SELECT id FROM w"
      })
  void keyOfARowThatIsBeingChanged_isTaken(String statement) throws Exception {
    Script.play(
        cluster,
        protocol,
        "A: BEGIN\nA: UPDATE t SET n = 9 WHERE id = 1 => #1\nB: "
            + statement
            + " => !23505 ERROR: duplicate key value violates unique constraint \"t_pkey\"\n"
            + "A: COMMIT\nB: SELECT id, n FROM t ORDER BY id => [1, 9] [2, 2]\n");
  }
}
