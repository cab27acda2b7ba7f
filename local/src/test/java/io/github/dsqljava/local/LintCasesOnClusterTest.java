package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.dialect.LintCases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link LintCases} on a cluster, where the catalog decides as well. */
class LintCasesOnClusterTest {
  /** The only stale case in which nothing that it names is missing. */
  private static final String PARTIAL_INDEX =
      "CREATE INDEX ASYNC _r_idx ON _clust_base(col) WHERE col > 0;";

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void cases_haveTheVerdictOfTheCluster(String mode) throws Exception {
    Map<String, String> differences = new LinkedHashMap<>();
    try (DsqlLocal cluster = DsqlLocal.start();
        Connection admin = Jdbc.connect(cluster, "admin", "preferQueryMode=" + mode)) {
      Jdbc.execute(admin, "CREATE SCHEMA lint");
      for (LintCases.Case one : LintCases.all()) {
        Jdbc.execute(admin, "DROP SCHEMA lint CASCADE", "CREATE SCHEMA lint");
        Jdbc.execute(admin, "SET search_path = lint");
        assertThat(run(admin, one.setup())).as(one.setup()).isEmpty();
        String failure = run(admin, one.sql());
        if (failure.isEmpty() != one.accepted()) {
          differences.put(one.sql(), failure);
        }
        Jdbc.execute(admin, "ROLLBACK");
      }
    }
    assertThat(differences).containsOnlyKeys(PARTIAL_INDEX);
    assertThat(LintCases.STALE).containsKeys(PARTIAL_INDEX);
  }

  /** Runs statement by statement; returns what the first that fails is answered with. */
  private static String run(Connection connection, String sql) throws SQLException {
    for (var one : Dialect.standard().classify(sql)) {
      try (Statement statement = connection.createStatement()) {
        statement.setEscapeProcessing(false);
        statement.execute(sql.substring(one.start(), one.end()));
      } catch (SQLException e) {
        return e.getSQLState() + " " + e.getMessage();
      }
    }
    return "";
  }
}
