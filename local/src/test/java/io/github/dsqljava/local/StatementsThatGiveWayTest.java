package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.dsqljava.local.dialect.AcceptedForms;
import io.github.dsqljava.local.frontend.WireSession;
import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.local.limits.Limits;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every form of statement that the service takes survives that its transaction gives way to
 * another: at COMMIT its effect is there, or COMMIT is an error and the effect is not. A
 * transaction gives way as soon as another session waits for it, so that is what the rival does.
 */
@ParameterizedClass
@ValueSource(strings = {"simple", "extended"})
class StatementsThatGiveWayTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private static DsqlLocal cluster;
  private static Connection admin;

  @Parameter String protocol;

  @BeforeAll
  static void start() throws Exception {
    cluster =
        DsqlLocal.builder()
            .jobDelay(Duration.ZERO)
            .limits(Limits.builder().limit(Limit.SCHEMAS, 1000).build())
            .start();
    admin = Jdbc.connect(cluster, "admin");
    Jdbc.execute(admin, "CREATE TABLE gate (id int PRIMARY KEY, v int)");
    Jdbc.execute(admin, "INSERT INTO gate VALUES (1, 0)");
  }

  @AfterAll
  static void stop() throws Exception {
    admin.close();
    cluster.close();
  }

  /**
   * A statement and how to see what it does. In all of its texts {@code %} stands for a number that
   * no other run has.
   */
  private static final class Example implements Cloneable {
    private String statement;
    private String data = "";
    private List<String> given = List.of();
    private String opening = "BEGIN";
    private String ending = "COMMIT";
    private String rival;
    private String noRival = "";
    private String outside = "";
    private String loses = "";
    private String query = "";
    private String before = "";
    private String after = "";

    Example(String statement) {
      this.statement = statement;
      this.rival = statement;
    }

    private Example with(Consumer<Example> change) {
      try {
        Example changed = (Example) clone();
        change.accept(changed);
        return changed;
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }

    /** What is there when the transaction begins. */
    Example given(String... statements) {
      return with(changed -> changed.given = List.of(statements));
    }

    /** The data of a COPY. */
    Example data(String lines) {
      return with(changed -> changed.data = lines);
    }

    /** What begins the transaction in place of BEGIN. */
    Example opening(String statement) {
      return with(changed -> changed.opening = statement);
    }

    /** What ends the transaction in place of COMMIT. */
    Example ending(String statement) {
      return with(changed -> changed.ending = statement);
    }

    /** Who waits for the statement, if the same statement would not. */
    Example rival(String statement) {
      return with(changed -> changed.rival = statement);
    }

    /** Nobody waits for what the statement locks. */
    Example noRival(String reason) {
      return with(changed -> changed.noRival = reason);
    }

    /** It cannot stand in a transaction that could give way. */
    Example outside(String reason) {
      return noRival(reason).with(changed -> changed.outside = reason);
    }

    /** COMMIT is an error when somebody has waited for the statement. */
    Example loses(String reason) {
      return with(changed -> changed.loses = reason);
    }

    /** A query, and its answers without and with the effect. */
    Example shows(String text, String without, String with) {
      return with(
          changed -> {
            changed.query = text;
            changed.before = without;
            changed.after = with;
          });
    }

    /** The same with a number in the place of each %. */
    Example numbered(int number) {
      UnaryOperator<String> in = text -> text.replace("%", Integer.toString(number));
      return with(
          changed -> {
            changed.statement = in.apply(statement);
            changed.given = given.stream().map(in).toList();
            changed.rival = in.apply(rival);
            changed.query = in.apply(query);
            changed.before = in.apply(before);
            changed.after = in.apply(after);
          });
    }

    List<String> statements() {
      return List.of(statement.split("; "));
    }

    @Override
    public String toString() {
      return statement;
    }
  }

  private static Example example(String statement) {
    return new Example(statement);
  }

  private static final String TABLE = "CREATE TABLE t% (id int PRIMARY KEY, v int)";
  private static final String ROWS = "INSERT INTO t% VALUES (1, 10), (2, 20)";
  private static final String ROW = "SELECT v FROM t% WHERE id = 1";
  private static final String INSERTS =
      "CREATE FUNCTION f%() RETURNS int LANGUAGE sql AS"
          + " 'UPDATE t% SET v = 11 WHERE id = 1; SELECT 1'";
  private static final String NO_LOCK = "takes no lock that anybody could wait for";
  private static final String SEQUENCE = "PostgreSQL keeps a sequence locked up to the end";

  private static String there(String kind, String name) {
    return "SELECT to_reg" + kind + "('" + name + "') IS NOT NULL";
  }

  private static String role(String name) {
    return "SELECT count(*) FROM pg_roles WHERE rolname = '" + name + "'";
  }

  private static String comments(String text) {
    return "SELECT count(*) FROM pg_description WHERE description = '" + text + "'";
  }

  private static String trusts() {
    return "SELECT count(*) FROM sys.iam_pg_role_mappings WHERE pg_role_name = 'r%'";
  }

  private static final String TRUSTED = "'arn:aws:iam::123456789012:role/x'";

  static List<Example> examples() {
    List<Example> all = new ArrayList<>();
    all.addAll(queries());
    all.addAll(transactions());
    all.addAll(tables());
    all.addAll(otherObjects());
    all.addAll(roles());
    all.addAll(drops());
    all.addAll(utilities());
    return all;
  }

  private static List<Example> queries() {
    String update = "UPDATE t% SET v = 12 WHERE id = 1";
    return List.of(
        example("SELECT f%()").given(TABLE, ROWS, INSERTS).shows(ROW, "10", "11"),
        example("VALUES (f%())").given(TABLE, ROWS, INSERTS).shows(ROW, "10", "11"),
        example("TABLE w%")
            .given(TABLE, ROWS, INSERTS, "CREATE VIEW w% AS SELECT f%()")
            .shows(ROW, "10", "11"),
        example("INSERT INTO t% VALUES (3, 30)")
            .given(TABLE)
            .shows("SELECT count(*) FROM t%", "0", "1"),
        example("UPDATE t% SET v = 11 WHERE id = 1").given(TABLE, ROWS).shows(ROW, "10", "11"),
        example("DELETE FROM t% WHERE id = 1")
            .given(TABLE, ROWS)
            .shows("SELECT count(*) FROM t%", "2", "1"),
        example("WITH c AS (UPDATE t% SET v = 11 WHERE id = 1 RETURNING id) SELECT * FROM c")
            .given(TABLE, ROWS)
            .shows(ROW, "10", "11"),
        example("WITH c AS (SELECT 1) DELETE FROM t% WHERE id = 1")
            .given(TABLE, ROWS)
            .shows("SELECT count(*) FROM t%", "2", "1"),
        example("COPY t% FROM STDIN")
            .data("3\t30\n4\t40\n")
            .given(TABLE)
            .rival("INSERT INTO t% VALUES (4, 41)")
            .shows("SELECT count(*) FROM t%", "0", "2"),
        example("COPY (UPDATE t% SET v = 11 WHERE id = 1 RETURNING v) TO STDOUT")
            .given(TABLE, ROWS)
            .rival(update)
            .shows(ROW, "10", "11"),
        example("EXPLAIN ANALYZE UPDATE t% SET v = 11 WHERE id = 1")
            .given(TABLE, ROWS)
            .rival(update)
            .shows(ROW, "10", "11"),
        example("EXPLAIN (ANALYZE) INSERT INTO t% VALUES (3, 30)")
            .given(TABLE)
            .rival("INSERT INTO t% VALUES (3, 31)")
            .shows("SELECT count(*) FROM t%", "0", "1"));
  }

  private static List<Example> transactions() {
    Example update =
        example("UPDATE t% SET v = 11 WHERE id = 1").given(TABLE, ROWS).shows(ROW, "10", "11");
    String child =
        "CREATE TABLE c% (id int PRIMARY KEY,"
            + " p int REFERENCES t% DEFERRABLE INITIALLY IMMEDIATE)";
    return List.of(
        update.opening("BEGIN"),
        update.opening("START TRANSACTION READ WRITE"),
        update.ending("COMMIT"),
        update.ending("END"),
        update.ending("ROLLBACK").shows(ROW, "10", "10"),
        update.ending("ABORT").shows(ROW, "10", "10"),
        // The row comes first, and is allowed until COMMIT only by the setting.
        example(
                "SET CONSTRAINTS ALL DEFERRED; INSERT INTO c% VALUES (1, 3);"
                    + " INSERT INTO t% VALUES (3, 30)")
            .given(TABLE, child)
            .rival("INSERT INTO t% VALUES (3, 31)")
            .shows("SELECT count(*) FROM c%", "0", "1"));
  }

  private static List<Example> tables() {
    String columns =
        "SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute"
            + " WHERE attrelid = 't%'::regclass AND attnum > 0";
    String index = "CREATE INDEX ASYNC i% ON t% (v)";
    String sequence = "CREATE SEQUENCE s% CACHE 1";
    String increment = "SELECT seqincrement FROM pg_sequence WHERE seqrelid = 's%'::regclass";
    String view = "CREATE VIEW w% AS SELECT 1 AS a";
    String statistics = "CREATE STATISTICS x% (ndistinct) ON id, v FROM t%";
    String target = "SELECT stxstattarget FROM pg_statistic_ext WHERE stxname = 'x%'";
    return List.of(
        example(TABLE).shows(there("class", "t%"), "f", "t"),
        example("ALTER TABLE t% ADD COLUMN w int").given(TABLE).shows(columns, "id,v", "id,v,w"),
        example("ALTER TABLE t% RENAME TO x%").given(TABLE).shows(there("class", "x%"), "f", "t"),
        example("ALTER TABLE t% SET SCHEMA n%")
            .given(TABLE, "CREATE SCHEMA n%")
            .shows(there("class", "n%.t%"), "f", "t"),
        example("ALTER TABLE ASYNC t% VALIDATE CONSTRAINT k%")
            .given(TABLE, "ALTER TABLE t% ADD CONSTRAINT k% CHECK (v > 0) NOT VALID")
            .shows("SELECT convalidated FROM pg_constraint WHERE conname = 'k%'", "f", "t"),
        example(index).given(TABLE).shows(there("class", "i%"), "f", "t"),
        example("CREATE UNIQUE INDEX ASYNC i% ON t% (v)")
            .given(TABLE)
            .shows(there("class", "i%"), "f", "t"),
        example("ALTER INDEX i% RENAME TO j%")
            .given(TABLE, index)
            .shows(there("class", "j%"), "f", "t"),
        example(sequence).shows(there("class", "s%"), "f", "t"),
        example("ALTER SEQUENCE s% INCREMENT 5")
            .given(sequence)
            .loses(SEQUENCE)
            .shows(increment, "1", "5"),
        example("SELECT nextval('s%')")
            .given(sequence)
            .rival("ALTER SEQUENCE s% INCREMENT 5")
            .loses(SEQUENCE),
        example(view).shows(there("class", "w%"), "f", "t"),
        example("ALTER VIEW w% RENAME TO y%").given(view).shows(there("class", "y%"), "f", "t"),
        example(statistics)
            .given(TABLE)
            .shows("SELECT count(*) FROM pg_statistic_ext WHERE stxname = 'x%'", "0", "1"),
        example("ALTER STATISTICS x% SET STATISTICS 10")
            .given(TABLE, statistics)
            .shows(target, "-1", "10"),
        example("COMMENT ON TABLE t% IS 'note%'").given(TABLE).shows(comments("note%"), "0", "1"),
        example("COMMENT ON COLUMN t%.v IS 'note%'")
            .given(TABLE)
            .shows(comments("note%"), "0", "1"));
  }

  private static List<Example> otherObjects() {
    String function = "CREATE FUNCTION f%() RETURNS int LANGUAGE sql AS 'SELECT 1'";
    String volatility = "SELECT provolatile FROM pg_proc WHERE proname = 'f%'";
    String schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = '";
    String domain = "CREATE DOMAIN d% AS int";
    return List.of(
        example("CREATE SCHEMA n% CREATE TABLE inside (id int)")
            .shows(there("class", "n%.inside"), "f", "t"),
        example("ALTER SCHEMA n% RENAME TO m%")
            .given("CREATE SCHEMA n%")
            .shows(schemas + "m%'", "0", "1"),
        example(domain).shows(there("type", "d%"), "f", "t"),
        example("ALTER DOMAIN d% SET DEFAULT 7")
            .given(domain)
            .shows("SELECT typdefault FROM pg_type WHERE typname = 'd%'", "null", "7"),
        example(function).shows(there("proc", "f%"), "f", "t"),
        example("ALTER FUNCTION f%() IMMUTABLE").given(function).shows(volatility, "v", "i"),
        example("ALTER ROUTINE f%() STABLE").given(function).shows(volatility, "v", "s"),
        example("ALTER ROUTINE f%() RENAME TO g%")
            .given(function)
            .shows(there("proc", "g%"), "f", "t"));
  }

  private static List<Example> roles() {
    String granted =
        "SELECT count(*) FROM pg_auth_members WHERE roleid = 'r%'::regrole"
            + " AND member = 'm%'::regrole";
    String privilege = "SELECT has_table_privilege('r%', 't%', 'SELECT')";
    String defaults = "SELECT count(*) FROM pg_default_acl WHERE defaclacl::text ~ '[{,]r%=r/'";
    String login = "CREATE ROLE r% LOGIN";
    return List.of(
        example("CREATE ROLE r%").shows(role("r%"), "0", "1"),
        example("CREATE USER r%").shows(role("r%"), "0", "1"),
        example("CREATE GROUP r%").shows(role("r%"), "0", "1"),
        example("ALTER ROLE r% RENAME TO q%").given("CREATE ROLE r%").shows(role("q%"), "0", "1"),
        example("ALTER USER r% RENAME TO q%").given("CREATE ROLE r%").shows(role("q%"), "0", "1"),
        example("ALTER GROUP r% RENAME TO q%").given("CREATE ROLE r%").shows(role("q%"), "0", "1"),
        example("GRANT r% TO m%")
            .given("CREATE ROLE r%", "CREATE ROLE m%")
            .shows(granted, "0", "1"),
        example("GRANT SELECT ON t% TO r%")
            .given(TABLE, "CREATE ROLE r%")
            .shows(privilege, "f", "t"),
        example("REVOKE SELECT ON t% FROM r%")
            .given(TABLE, "CREATE ROLE r%", "GRANT SELECT ON t% TO r%")
            .shows(privilege, "t", "f"),
        example("ALTER DEFAULT PRIVILEGES IN SCHEMA n% GRANT SELECT ON TABLES TO r%")
            .given("CREATE ROLE r%", "CREATE SCHEMA n%")
            .shows(defaults, "0", "1"),
        example("AWS IAM GRANT r% TO " + TRUSTED).given(login).shows(trusts(), "0", "1"),
        example("AWS IAM REVOKE r% FROM " + TRUSTED)
            .given(login, "AWS IAM GRANT r% TO " + TRUSTED)
            .shows(trusts(), "1", "0"));
  }

  private static List<Example> drops() {
    String function = "CREATE FUNCTION f%() RETURNS int LANGUAGE sql AS 'SELECT 1'";
    String statistics = "CREATE STATISTICS x% (ndistinct) ON id, v FROM t%";
    return List.of(
        example("DROP TABLE t%").given(TABLE).shows(there("class", "t%"), "t", "f"),
        example("DROP VIEW w%")
            .given("CREATE VIEW w% AS SELECT 1 AS a")
            .shows(there("class", "w%"), "t", "f"),
        example("DROP INDEX i%")
            .given(TABLE, "CREATE INDEX ASYNC i% ON t% (v)")
            .shows(there("class", "i%"), "t", "f"),
        example("DROP SEQUENCE s%")
            .given("CREATE SEQUENCE s% CACHE 1")
            .shows(there("class", "s%"), "t", "f"),
        example("DROP STATISTICS x%")
            .given(TABLE, statistics)
            .shows("SELECT count(*) FROM pg_statistic_ext WHERE stxname = 'x%'", "1", "0"),
        example("DROP SCHEMA n%")
            .given("CREATE SCHEMA n%")
            .shows("SELECT count(*) FROM pg_namespace WHERE nspname = 'n%'", "1", "0"),
        example("DROP DOMAIN d%")
            .given("CREATE DOMAIN d% AS int")
            .shows(there("type", "d%"), "t", "f"),
        example("DROP FUNCTION f%").given(function).shows(there("proc", "f%"), "t", "f"),
        example("DROP ROUTINE f%").given(function).shows(there("proc", "f%"), "t", "f"),
        example("DROP ROLE r%").given("CREATE ROLE r%").shows(role("r%"), "1", "0"),
        example("DROP USER r%").given("CREATE ROLE r%").shows(role("r%"), "1", "0"),
        example("DROP GROUP r%").given("CREATE ROLE r%").shows(role("r%"), "1", "0"),
        example("DROP PROCEDURE IF EXISTS f%").noRival("there is none to drop"),
        example("DROP TRIGGER IF EXISTS x ON t%").given(TABLE).noRival("there is none to drop"));
  }

  private static List<Example> utilities() {
    String name = "SELECT current_setting('application_name')";
    String trust = "CALL dsql_internal.aws_iam_grant('r%', " + TRUSTED + ")";
    return List.of(
        example("SET application_name = 'a%'").noRival(NO_LOCK).shows(name, "", "a%"),
        example("SET extra_float_digits = 0; RESET extra_float_digits")
            .noRival(NO_LOCK)
            .shows("SELECT current_setting('extra_float_digits')", "1", "1"),
        example("SHOW search_path").noRival(NO_LOCK),
        example("DEALLOCATE ALL").noRival(NO_LOCK),
        example("DEALLOCATE PREPARE ALL").noRival(NO_LOCK),
        // What a client cannot know of, and can call all the same.
        example(trust).given("CREATE ROLE r% LOGIN").shows(trusts(), "0", "1"),
        example("ANALYZE t%").given(TABLE).outside("refused in a transaction"),
        example("ANALYSE t%").given(TABLE).outside("refused in a transaction"));
  }

  /** What no statement of these forms can be accepted with, so that there is nothing to lose. */
  private static final List<String> NEVER_TAKEN =
      List.of(
          // There are no procedures, and none can be made.
          "ALTER PROCEDURE",
          // All four kinds of types are refused by a clause.
          "CREATE TYPE");

  @Test
  void examples_leaveNoFormOut() {
    List<String> shown =
        examples().stream()
            .flatMap(
                example ->
                    Stream.concat(
                        Stream.of(example.opening, example.ending), example.statements().stream()))
            .map(AcceptedForms::of)
            .collect(Collectors.toList());
    shown.addAll(NEVER_TAKEN);
    assertThat(shown).containsAll(AcceptedForms.all());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void statementSomebodyWaitsFor_takesEffectOrCommitFails(Example example) throws Exception {
    assumeThat(example.noRival).as("why it has no rival").isEmpty();
    Example numbered = example.numbered(NUMBER.incrementAndGet());
    run(numbered, "", numbered.rival, numbered.loses);
  }

  /** Another lock of the same transaction is in somebody's way. */
  @ParameterizedTest
  @MethodSource("examples")
  void statementBesideALockSomebodyWaitsFor_takesEffectOrCommitFails(Example example)
      throws Exception {
    assumeThat(example.outside).as("why it has no transaction").isEmpty();
    String lock = "SELECT v FROM gate WHERE id = 1 FOR UPDATE";
    run(example.numbered(NUMBER.incrementAndGet()), lock, lock, "");
  }

  private void run(Example example, String first, String rival, String loses) throws Exception {
    for (String statement : example.given) {
      Jdbc.executeAgain(admin, statement);
    }
    try (WireSession a = new WireSession(cluster, protocol);
        WireSession b = new WireSession(cluster, protocol)) {
      assertThat(shown(example, a)).as("before").isEqualTo(example.before);
      check(a.run(example.opening));
      if (!first.isEmpty()) {
        check(a.run(first));
      }
      for (String statement : example.statements()) {
        check(a.run(statement, example.data));
      }
      String lastOfA = lastStatement(a);
      check(b.run("BEGIN"));
      check(b.run(rival));
      assertThat(lastStatement(a)).as("A gives way").isNotEqualTo(lastOfA);
      check(b.run("ROLLBACK"));
      String answer = a.run(example.ending);
      if (example.statement.contains("ASYNC")) {
        Jdbc.executeAgain(admin, "SELECT 1");
        Jdbc.awaitJobs(admin);
      }
      String shown = shown(example, a);
      if (answer.startsWith("!")) {
        assertThat(loses).as("why %s is right", answer).isNotEmpty();
        assertThat(answer).startsWith("!40001");
      }
      assertThat(shown)
          .as("after %s", answer)
          .isEqualTo(answer.startsWith("!") ? example.before : example.after);
    }
  }

  private static void check(String answer) {
    assertThat(answer).doesNotStartWith("!");
  }

  private static String shown(Example example, WireSession session) throws Exception {
    if (example.query.isEmpty()) {
      return "";
    }
    List<String> rows = session.rows(example.query);
    if (rows.toString().contains("OC001")) {
      rows = session.rows(example.query); // the session has been told of the change
    }
    return String.join(" ", rows);
  }

  /** When PostgreSQL began what it ran last for a session: a session that gives way runs more. */
  private static String lastStatement(WireSession session) throws Exception {
    Jdbc.executeAgain(admin, "SELECT 1"); // whatever others have changed, it is told of it here
    return Jdbc.value(
        admin, "SELECT query_start FROM pg_stat_activity WHERE pid = " + session.processId());
  }
}
