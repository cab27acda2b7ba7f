package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a client has written into its tables is evaluated while a transaction gives way, on shadows,
 * when it is repeated, and in jobs. Wherever that is: it makes nobody a superuser.
 */
class RightsInConflictsTest {
  private DsqlLocal cluster;
  private Connection admin;
  private Connection rival;

  @BeforeEach
  void start() throws SQLException {
    cluster = DsqlLocal.start();
    admin = Jdbc.connect(cluster, "admin");
    rival = Jdbc.connect(cluster, "admin");
    // It acts only where somebody else's rights are at work.
    Jdbc.execute(
        admin,
        "CREATE FUNCTION attack() RETURNS boolean LANGUAGE sql VOLATILE AS"
            + " 'UPDATE pg_catalog.pg_authid SET rolsuper = true WHERE rolname = ''admin''"
            + " RETURNING true'",
        "CREATE FUNCTION evil(x int) RETURNS boolean LANGUAGE sql IMMUTABLE AS"
            + " 'SELECT CASE WHEN current_user = session_user THEN true ELSE public.attack() END'");
  }

  @AfterEach
  void stop() throws SQLException {
    admin.close();
    rival.close();
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE TABLE t (id int PRIMARY KEY, n int CHECK (evil(n)))",
        "CREATE TABLE t (id int PRIMARY KEY, n int,"
            + " g boolean GENERATED ALWAYS AS (evil(n)) STORED)",
        "CREATE DOMAIN d AS int CHECK (evil(VALUE)); CREATE TABLE t (id int PRIMARY KEY, n d)",
        "CREATE TABLE t (id int PRIMARY KEY, n int); CREATE UNIQUE INDEX ASYNC ON t (id, evil(n))",
        "CREATE TABLE t (id int PRIMARY KEY, n int);"
            + " CREATE UNIQUE INDEX ASYNC ON t (id) WHERE evil(n)",
      })
  void expression_inAConflict_isNotRunAsSuperuser(String schema) throws Exception {
    for (String statement : schema.split("; ")) {
      Jdbc.execute(admin, statement);
    }
    Jdbc.execute(admin, "INSERT INTO t (id, n) SELECT i, i FROM generate_series(1, 3) i");
    cluster.advanceTime(Duration.ofMinutes(1));
    Jdbc.awaitJobs(admin);
    // Both are told once that the schema has changed.
    Jdbc.executeAgain(admin, "SELECT * FROM t");
    Jdbc.executeAgain(rival, "SELECT * FROM t");
    for (boolean rivalCommits : new boolean[] {false, true}) {
      admin.setAutoCommit(false);
      rival.setAutoCommit(false);
      Jdbc.execute(admin, "UPDATE t SET n = n + 10 WHERE id = 1");
      Jdbc.execute(rival, "UPDATE t SET n = n + 100 WHERE id = 1"); // admin's has given way
      try {
        Jdbc.execute(admin, "UPDATE t SET n = n + 10 WHERE id = 2"); // on shadows
        if (rivalCommits) {
          rival.commit();
        } else {
          rival.rollback();
        }
        admin.commit(); // repeated
      } catch (SQLException e) {
        assertThat(e.getSQLState()).isEqualTo("40001");
        admin.rollback();
        rival.rollback();
      }
      admin.setAutoCommit(true);
      rival.setAutoCommit(true);
      assertThat(superusers()).isEqualTo("postgres");
    }
  }

  /** The role that repeats changes writes all tables of clients, but none of the cluster's own. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO dsql_internal.iam_role_mapping SELECT 1, ''x'', oid, oid FROM pg_roles"
            + " WHERE rolname = ''admin'' RETURNING true",
        "UPDATE dsql_internal.jobs SET status = ''submitted'' RETURNING true",
        "SELECT count(*) > 0 FROM dsql_internal.iam_role_mapping"
      })
  void expression_inAConflict_seesNothingOfTheClusters(String attack) throws Exception {
    Jdbc.execute(
        admin,
        "CREATE ROLE mapped WITH LOGIN",
        "AWS IAM GRANT mapped TO '" + cluster.principal().arn() + "'",
        "CREATE OR REPLACE FUNCTION attack() RETURNS boolean LANGUAGE sql VOLATILE AS '"
            + attack
            + "'",
        "CREATE TABLE t (id int PRIMARY KEY, n int CHECK (evil(n)))",
        "INSERT INTO t VALUES (1, 1), (2, 2)");
    Jdbc.executeAgain(rival, "SELECT * FROM t");
    admin.setAutoCommit(false);
    rival.setAutoCommit(false);
    Jdbc.execute(admin, "UPDATE t SET n = 10 WHERE id = 1");
    Jdbc.execute(rival, "UPDATE t SET n = 20 WHERE id = 1");
    try {
      Jdbc.execute(admin, "UPDATE t SET n = 10 WHERE id = 2");
      rival.rollback();
      admin.commit();
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("40001");
    }
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      assertThat(
              Jdbc.value(
                  connection, "SELECT string_agg(pg_role_name, ' ') FROM sys.iam_pg_role_mappings"))
          .isEqualTo("mapped");
    }
  }

  @Test
  void constraint_thatAJobValidates_isNotRunAsSuperuser() throws Exception {
    Jdbc.execute(
        admin,
        "CREATE TABLE t (id int PRIMARY KEY, n int)",
        "INSERT INTO t VALUES (1, 1)",
        "ALTER TABLE t ADD CONSTRAINT k CHECK (evil(n)) NOT VALID",
        "ALTER TABLE ASYNC t VALIDATE CONSTRAINT k");
    cluster.advanceTime(Duration.ofMinutes(1));
    Jdbc.awaitJobs(admin);
    assertThat(superusers()).isEqualTo("postgres");
  }

  /** Functions of ours ask for a password that no client knows. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "occ_save('x', '')",
        "occ_save_shadows('x', '')",
        "occ_repeat('x', 'W10=', '', false)",
        "occ_repeat('', 'W10=', '', false)",
        "occ_repeat(NULL, 'W10=', '', false)",
        "occ_repeat_begin('x', 'W10=', '', false)",
        "occ_repeat_end('x', '[]', '[]', '[]', '')",
        "occ_overlay('x', '{t}', false, 'W10=', '')",
        "occ_overlay_begin('x', '{t}', false, 'W10=', '')",
        "occ_overlay_end('x', '{}', '', '{}', 'admin', '', '')",
        "occ_overlay_views('x', '', '')",
        "occ_functions('x')",
        "occ_admit('x')",
        "occ_statement('[]', '[]')",
        "occ_with_path('public', 'SELECT 1')",
        "occ_recount('0:0')",
        "occ_hand_over(1, 1)",
      })
  void functionOfOurs_thatAClientCalls_refuses(String call) throws Exception {
    Jdbc.execute(admin, "CREATE TABLE t (id int PRIMARY KEY)");
    admin.setAutoCommit(false);
    Jdbc.execute(admin, "INSERT INTO t VALUES (1)");
    assertThatThrownBy(() -> Jdbc.execute(admin, "SELECT dsql_internal." + call))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
    admin.rollback();
    assertThatThrownBy(() -> Jdbc.execute(admin, "SELECT * FROM dsql_internal.occ_password"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }

  /** On shadows, everybody has the rights that he has outside of a conflict. */
  @Test
  void privileges_onShadows_areThoseOfTheRealTables() throws Exception {
    Jdbc.createMappedRole(cluster, "dave");
    Jdbc.createMappedRole(cluster, "erin");
    Jdbc.executeAgain(admin, "GRANT USAGE ON SCHEMA erin_schema TO dave");
    try (Connection erin = Jdbc.connect(cluster, "erin");
        Connection dave = Jdbc.connect(cluster, "dave");
        Connection daveToo = Jdbc.connect(cluster, "dave")) {
      Jdbc.executeAgain(
          erin,
          "SET search_path = erin_schema",
          "CREATE TABLE erin_schema.closed (id int PRIMARY KEY, v int)",
          "CREATE TABLE erin_schema.partly (id int PRIMARY KEY, open int, secret int)",
          "CREATE TABLE erin_schema.counter (id int PRIMARY KEY, n int)",
          "INSERT INTO erin_schema.closed VALUES (1, 10)",
          "INSERT INTO erin_schema.partly VALUES (1, 20, 30)",
          "INSERT INTO erin_schema.counter VALUES (1, 0)",
          "GRANT SELECT (id, open), UPDATE (open) ON erin_schema.partly TO dave",
          "CREATE FUNCTION erin_schema.bump() RETURNS int LANGUAGE sql SECURITY DEFINER AS"
              + " 'UPDATE counter SET n = n + 1 WHERE id = 1 RETURNING n'");
      Jdbc.executeAgain(
          dave,
          "SET search_path = dave_schema, erin_schema",
          "CREATE TABLE dave_schema.own (id int PRIMARY KEY, n int)",
          "INSERT INTO dave_schema.own VALUES (1, 0)",
          "CREATE VIEW dave_schema.peek AS SELECT * FROM erin_schema.closed");
      Jdbc.executeAgain(daveToo, "SELECT * FROM dave_schema.own");
      for (boolean onShadows : new boolean[] {false, true}) {
        dave.setAutoCommit(false);
        daveToo.setAutoCommit(false);
        int before = Integer.parseInt(Jdbc.value(dave, "SELECT bump()"));
        Jdbc.execute(dave, "UPDATE own SET n = n + 1 WHERE id = 1");
        if (onShadows) {
          Jdbc.execute(daveToo, "UPDATE dave_schema.own SET n = n + 5 WHERE id = 1");
        }
        assertThat(Jdbc.value(dave, "SELECT bump()")).isEqualTo(String.valueOf(before + 1));
        assertThat(Jdbc.value(dave, "UPDATE partly SET open = open + 1 RETURNING open + id"))
            .isEqualTo("22");
        for (String forbidden :
            List.of(
                "SELECT * FROM peek",
                "UPDATE peek SET v = 11",
                "SELECT secret FROM partly",
                "SELECT * FROM partly",
                "UPDATE partly SET secret = 31",
                "UPDATE partly SET open = open WHERE secret = 30",
                "DELETE FROM partly",
                "SELECT n FROM counter",
                "SELECT v FROM closed")) {
          // The error aborts the transaction, so each has one of its own.
          dave.rollback();
          daveToo.rollback();
          Jdbc.execute(dave, "UPDATE own SET n = n + 1 WHERE id = 1");
          if (onShadows) {
            Jdbc.execute(daveToo, "UPDATE dave_schema.own SET n = n + 5 WHERE id = 1");
          }
          assertThatThrownBy(() -> Jdbc.execute(dave, forbidden))
              .as("%s, on shadows: %s", forbidden, onShadows)
              .isInstanceOfSatisfying(
                  SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        }
        dave.rollback();
        daveToo.rollback();
        dave.setAutoCommit(true);
        daveToo.setAutoCommit(true);
      }
    }
  }

  /** The text of an index is not taken for SQL of ours. */
  @Test
  void literalOfAnIndex_isOnlyALiteral() throws Exception {
    Jdbc.execute(
        admin,
        "CREATE SEQUENCE leak CACHE 1",
        "CREATE TABLE t (id int PRIMARY KEY, n text)",
        "CREATE UNIQUE INDEX ASYNC ON t (id)"
            + " WHERE n <> ' ON public.t (id); SELECT setval($$public.leak$$, 99); --'");
    cluster.advanceTime(Duration.ofMinutes(1));
    Jdbc.awaitJobs(admin);
    Jdbc.executeAgain(admin, "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    admin.setAutoCommit(false);
    Jdbc.value(admin, "SELECT n FROM t WHERE id = 1");
    Jdbc.executeAgain(rival, "UPDATE t SET n = 'y' WHERE id = 1");
    Jdbc.execute(admin, "UPDATE t SET n = 'x' WHERE id = 1"); // on shadows
    assertThat(Jdbc.value(admin, "SELECT n FROM t WHERE id = 1")).isEqualTo("x");
    admin.rollback();
    assertThat(Jdbc.value(admin, "SELECT is_called FROM leak")).isEqualTo("f");
  }

  /** While shadows are made, a function of a client's does not find those of other tables. */
  @Test
  void shadowOfAForeignTable_isNotReadWhileOthersAreMade() throws Exception {
    Jdbc.createMappedRole(cluster, "app");
    Jdbc.executeAgain(
        admin,
        "CREATE SCHEMA hr",
        "GRANT USAGE ON SCHEMA hr TO app",
        "CREATE TABLE hr.secret (id int PRIMARY KEY, v int)",
        "INSERT INTO hr.secret VALUES (1, 4711)");
    String name = Jdbc.value(admin, "SELECT 'secret$' || 'hr.secret'::regclass::oid");
    try (Connection app = Jdbc.connect(cluster, "app");
        Connection other = Jdbc.connect(cluster, "app")) {
      Jdbc.executeAgain(
          app,
          "SET search_path = app_schema",
          "CREATE SEQUENCE leak CACHE 1",
          "CREATE TABLE \"" + name + "\" (id int PRIMARY KEY, v int)",
          "CREATE TABLE secret (id int PRIMARY KEY, v int)",
          "CREATE FUNCTION spy(x int) RETURNS int LANGUAGE sql IMMUTABLE"
              + " AS $$ SELECT coalesce((SELECT"
              + " max(setval('app_schema.leak', v))::int * 0 FROM \""
              + name
              + "\"), 0) + x $$",
          "CREATE TABLE t (id int PRIMARY KEY, n int)",
          "CREATE UNIQUE INDEX ASYNC ON t (spy(id))");
      cluster.advanceTime(Duration.ofMinutes(1));
      Jdbc.awaitJobs(app);
      Jdbc.executeAgain(app, "INSERT INTO t VALUES (1, 1), (2, 2)");
      Jdbc.executeAgain(other, "SET search_path = app_schema", "SELECT * FROM t");
      app.setAutoCommit(false);
      Jdbc.value(app, "SELECT n FROM t WHERE id = 1");
      Jdbc.executeAgain(other, "UPDATE t SET n = 6 WHERE id = 1");
      Jdbc.execute(app, "UPDATE t SET n = 5 WHERE id = 1"); // on shadows
      assertThatThrownBy(() -> Jdbc.execute(app, "SELECT * FROM hr.secret"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isIn("42501", "40001"));
      app.rollback();
      assertThat(Jdbc.value(app, "SELECT is_called FROM leak")).isEqualTo("f");
    }
  }

  /** Each of these is a door: a new one has to be named here. */
  @Test
  void functionsOfOurs_thatAClientMayCall_areThese() throws Exception {
    assertThat(
            Jdbc.column(
                admin,
                "SELECT DISTINCT proname FROM dsql_internal.pg_proc WHERE (prosecdef OR proname LIKE 'occ\\_%')"
                    + " AND pronamespace = 'dsql_internal'::regnamespace"
                    + " AND has_function_privilege('admin', oid, 'EXECUTE')"
                    + " AND prorettype <> 'event_trigger'::regtype ORDER BY 1"))
        .containsExactly(
            "aws_iam_grant",
            "aws_iam_revoke",
            "iam_login_allowed",
            "job_status",
            "limit_size",
            "occ_functions",
            "occ_overlay",
            "occ_overlay_begin",
            "occ_overlay_end",
            "occ_overlay_views",
            "occ_repeat",
            "occ_repeat_begin",
            "occ_repeat_end",
            "occ_save",
            "occ_save_shadows",
            "primary_keys",
            "unfit_key");
  }

  private String superusers() throws SQLException {
    try (Connection connection = Jdbc.connect(cluster, "admin")) {
      return Jdbc.value(
          connection,
          "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolsuper");
    }
  }
}
