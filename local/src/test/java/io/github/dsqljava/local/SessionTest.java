package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What plain pgjdbc sees after logging in, in both protocols. */
class SessionTest {
  private static DsqlLocal cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = DsqlLocal.start();
    Jdbc.createMappedRole(cluster, "app");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @CsvSource({"admin,direct", "admin,postgres", "app,direct", "app,postgres"})
  void connect_inBothTlsNegotiations_works(String user, String negotiation) throws Exception {
    try (Connection connection = Jdbc.connect(cluster, user, "sslNegotiation=" + negotiation)) {
      assertThat(Jdbc.value(connection, "SELECT current_user")).isEqualTo(user);
    }
  }

  @Test
  void version_isShownAsTheServiceShowsIt() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      assertThat(Jdbc.value(connection, "SELECT version()")).isEqualTo("PostgreSQL 16");
      assertThat(Jdbc.value(connection, "SELECT * FROM version()")).isEqualTo("PostgreSQL 16");
      assertThat(Jdbc.value(connection, "SHOW server_version")).isEqualTo("16.15");
      assertThat(Jdbc.value(connection, "SHOW server_version_num")).isEqualTo("160015");
      assertThat(Jdbc.value(connection, "SELECT current_database()")).isEqualTo("postgres");
      assertThat(Jdbc.value(connection, "SELECT current_schema()")).isEqualTo("public");
      assertThat(
              Jdbc.value(
                  connection,
                  "SELECT datcollate || pg_encoding_to_char(encoding) FROM pg_database"
                      + " WHERE datname = 'postgres'"))
          .isEqualTo("CUTF8");
    }
  }

  @Test
  void admin_isNoSuperuser() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      assertThat(
              Jdbc.value(
                  admin,
                  "SELECT oid::text || rolsuper::text FROM pg_roles WHERE rolname = 'admin'"))
          .isEqualTo("15579false");
      assertFails("42501", () -> Jdbc.execute(admin, "DROP SCHEMA public"));
      assertFails("42501", () -> Jdbc.execute(admin, "SELECT * FROM pg_authid"));
      assertFails("42501", () -> Jdbc.execute(admin, "CREATE ROLE boss SUPERUSER"));
      assertFails(
          "42501", () -> Jdbc.execute(admin, "SELECT * FROM dsql_internal.iam_role_mapping"));
    }
  }

  @Test
  void otherRole_hasNoRightsInPublicAndWorksInItsSchema() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "CREATE TABLE public.of_admin (id int PRIMARY KEY)");
    }
    try (Connection app = Jdbc.connect(cluster, "app")) {
      assertFails("42501", () -> Jdbc.execute(app, "CREATE TABLE public.mine (id int)"));
      assertFails("42501", () -> Jdbc.execute(app, "SELECT * FROM public.of_admin"));
      assertFails("42501", () -> Jdbc.execute(app, "CREATE SCHEMA other"));
      Jdbc.execute(
          app,
          "CREATE TABLE app_schema.mine (id int PRIMARY KEY)",
          "INSERT INTO app_schema.mine VALUES (7)");
      assertThat(Jdbc.value(app, "SELECT id FROM app_schema.mine")).isEqualTo("7");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "extended"})
  void iamGrant_isVisibleInTheMappingsUntilRevoked(String protocol) throws Exception {
    String role = "granted_" + protocol;
    String arn = "arn:aws:iam::123456789012:role/deploy";
    try (Connection admin = Jdbc.connect(cluster, "admin", "preferQueryMode=" + protocol)) {
      Jdbc.execute(
          admin,
          "CREATE ROLE " + role + " WITH LOGIN",
          "AWS IAM GRANT " + role + " TO '" + arn + "'");
      String mapping =
          "SELECT arn || ' ' || pg_role_name || ' ' || grantor_pg_role_name || ' ' ||"
              + " grantor_pg_role_oid || ' ' || (pg_role_oid = '"
              + role
              + "'::regrole)"
              + " FROM sys.iam_pg_role_mappings WHERE pg_role_name = '"
              + role
              + "'";
      assertThat(Jdbc.value(admin, mapping)).isEqualTo(arn + " " + role + " admin 15579 true");
      assertThatThrownBy(() -> Jdbc.execute(admin, "DROP ROLE " + role))
          .hasMessageContaining(
              "role \"" + role + "\" cannot be dropped because some objects depend on it");
      Jdbc.execute(admin, "AWS IAM REVOKE " + role + " FROM '" + arn + "'", "DROP ROLE " + role);
      assertThat(Jdbc.column(admin, mapping.replace("'" + role + "'::regrole", "1"))).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "AWS IAM GRANT nobody_here TO 'arn:aws:iam::123456789012:role/x'|42704|role \"nobody_here\" does not exist",
        "AWS IAM GRANT app TO 'x'|22023|IAM role must look like an IAM ARN",
        "AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/ä'|22023|IAM role must look like an IAM ARN",
        "AWS IAM GRANT app TO E'arn:aws:iam::123456789012:role/\\u00e4'|22023|IAM role must look like an IAM ARN",
        "AWS IAM GRANT admin TO 'arn:aws:iam::123456789012:role/x'|0A000|Role admin not supported",
        "AWS IAM REVOKE app FROM 'arn:aws:iam::123456789012:role/x'|42704|IAM role arn:aws:iam::123456789012:role/x does not exist",
        "AWS IAM GRANT app|42601|syntax error at or near \"AWS\""
      })
  void iamStatement_thatCannotWork_saysWhy(String sql, String sqlState, String message)
      throws Exception {
    for (String protocol : new String[] {"simple", "extended"}) {
      try (Connection admin = Jdbc.connect(cluster, "admin", "preferQueryMode=" + protocol)) {
        assertThatThrownBy(() -> Jdbc.execute(admin, sql))
            .isInstanceOfSatisfying(
                SQLException.class,
                e -> {
                  assertThat(e.getSQLState()).isEqualTo(sqlState);
                  // No trace of the procedure that stands in for the statement.
                  assertThat(e.getMessage()).contains(message).doesNotContain("PL/pgSQL");
                });
      }
    }
  }

  @Test
  void iamGrant_byOtherRole_isNotPermitted() throws Exception {
    try (Connection app = Jdbc.connect(cluster, "app")) {
      assertThatThrownBy(
              () -> Jdbc.execute(app, "AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/x'"))
          .hasMessageContaining("permission denied to grant IAM trust with role app");
    }
  }

  @Test
  void iamGrant_ofRoleWithoutLogin_isRefused() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "CREATE ROLE group_role");
      assertThatThrownBy(
              () ->
                  Jdbc.execute(
                      admin, "AWS IAM GRANT group_role TO 'arn:aws:iam::123456789012:role/x'"))
          .hasMessageContaining("role group_role must have the LOGIN attribute");
    }
  }

  @Test
  void iamGrant_inRolledBackTransaction_leavesNothing() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      admin.setAutoCommit(false);
      Jdbc.execute(admin, "AWS IAM GRANT app TO 'arn:aws:iam::123456789012:role/rolled-back'");
      admin.rollback();
      assertThat(
              Jdbc.column(
                  admin, "SELECT 1 FROM sys.iam_pg_role_mappings WHERE arn LIKE '%rolled-back'"))
          .isEmpty();
    }
  }

  @Test
  void isolation_isRepeatableRead() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin");
        Connection writer = Jdbc.connect(cluster, "admin")) {
      assertThat(Jdbc.value(connection, "SHOW transaction_isolation")).isEqualTo("repeatable read");
      Jdbc.execute(writer, "CREATE TABLE snapshots (id int PRIMARY KEY)");
      Jdbc.executeAgain(connection, "SELECT 1");
      connection.setAutoCommit(false);
      assertThat(Jdbc.value(connection, "SELECT count(*) FROM snapshots")).isEqualTo("0");
      Jdbc.execute(writer, "INSERT INTO snapshots VALUES (1)");
      assertThat(Jdbc.value(connection, "SELECT count(*) FROM snapshots")).isEqualTo("0");
      connection.rollback();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "START TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET default_transaction_isolation = 'read committed'",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SET U&\"default_transaction_isol\\0061tion\" TO 'serializable'",
        "SET U&\"default_transaction_isol!0061tion\" UESCAPE '!' = 'serializable'",
        "ALTER ROLE admin SET default_transaction_isolation = 'serializable'",
        "ALTER ROLE U&\"adm\\0069n\" SET default_transaction_isolation = 'serializable'",
        "SELECT set_config('default_transaction_isolation', 'serializable', false)",
        "SELECT * FROM set_config('transaction_isolation', 'serializable', true)",
        "UPDATE pg_settings SET setting = 'serializable' WHERE name = 'default_transaction_isolation'"
      })
  void isolation_cannotBeChanged(String sql) throws Exception {
    for (String protocol : new String[] {"simple", "extended"}) {
      try (Connection connection = Jdbc.connect(cluster, "admin", "preferQueryMode=" + protocol)) {
        assertFails("0A000", () -> Jdbc.execute(connection, sql));
        assertThat(Jdbc.value(connection, "SHOW transaction_isolation"))
            .isEqualTo("repeatable read");
      }
    }
  }

  @Test
  void proceduralCode_cannotBeWritten() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      assertFails(
          "0A000",
          () ->
              Jdbc.execute(
                  admin,
                  "DO $$ BEGIN EXECUTE 'ALTER ROLE admin SET default_transaction_isolation TO"
                      + " serializable'; END $$"));
      assertFails(
          "0A000",
          () ->
              Jdbc.execute(
                  admin,
                  "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$"));
    }
  }

  @Test
  void iamGrants_ofManySessionsAtOnce_allSucceed() throws Exception {
    int sessions = 8;
    ExecutorService threads = Executors.newFixedThreadPool(sessions);
    try {
      CyclicBarrier start = new CyclicBarrier(sessions);
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < sessions; i++) {
        String role = "parallel_" + i;
        done.add(
            threads.submit(
                () -> {
                  try (Connection admin = Jdbc.connect(cluster, "admin")) {
                    Jdbc.executeAgain(admin, "CREATE ROLE " + role + " WITH LOGIN");
                    start.await(30, TimeUnit.SECONDS);
                    for (int n = 0; n < 5; n++) {
                      String arn = "'arn:aws:iam::123456789012:role/r" + n + "'";
                      Jdbc.executeAgain(admin, "AWS IAM GRANT " + role + " TO " + arn);
                      Jdbc.executeAgain(admin, "AWS IAM REVOKE " + role + " FROM " + arn);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> session : done) {
        session.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ääääääääääääääääääää",
        "rôle",
        "a_name_of_more_than_63_bytes_äääääääääääääääääääääää"
      })
  void iamGrant_ofRoleWithAnyName_works(String role) throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      String arn = "'arn:aws:iam::123456789012:role/path!x/name'";
      Jdbc.execute(
          admin,
          "CREATE ROLE \"" + role + "\" WITH LOGIN",
          "AWS IAM GRANT \"" + role + "\" TO " + arn);
      assertThat(
              Jdbc.value(
                  admin,
                  "SELECT count(*) FROM sys.iam_pg_role_mappings"
                      + " WHERE pg_role_name = '"
                      + role
                      + "'::name"))
          .isEqualTo("1");
      Jdbc.execute(
          admin, "AWS IAM REVOKE \"" + role + "\" FROM " + arn, "DROP ROLE \"" + role + "\"");
    }
  }

  @Test
  void refusal_insideTransaction_abortsIt() throws Exception {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      connection.setAutoCommit(false);
      Jdbc.value(connection, "SELECT 1");
      assertFails(
          "0A000", () -> Jdbc.execute(connection, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"));
      assertFails("25P02", () -> Jdbc.execute(connection, "SELECT 1"));
      assertFails(
          "25P02", () -> Jdbc.execute(connection, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"));
      connection.rollback();
      assertThat(Jdbc.value(connection, "SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void preparedStatements_batchesAndFetchSize_passThrough() throws Exception {
    try (Connection connection =
        Jdbc.connect(cluster, "admin", "prepareThreshold=1", "reWriteBatchedInserts=false")) {
      Jdbc.execute(connection, "CREATE TABLE numbers (id int PRIMARY KEY, text varchar(20))");
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO numbers VALUES (?, ?)")) {
        for (int i = 0; i < 1000; i++) {
          insert.setInt(1, i);
          insert.setString(2, "ä" + i);
          insert.addBatch();
        }
        insert.executeBatch();
      }
      connection.setAutoCommit(false);
      try (PreparedStatement select =
          connection.prepareStatement("SELECT text FROM numbers WHERE id >= ? ORDER BY id")) {
        select.setFetchSize(7);
        select.setInt(1, 500);
        try (ResultSet rows = select.executeQuery()) {
          int expected = 500;
          while (rows.next()) {
            assertThat(rows.getString(1)).isEqualTo("ä" + expected++);
          }
          assertThat(expected).isEqualTo(1000);
        }
      }
    }
  }

  private static void assertFails(String sqlState, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(sqlState));
  }
}
