package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A prepared statement whose tables another session has changed: no value is read or written in
 * another type than the client was told when it was prepared.
 */
class PreparedTypesTest {
  private static final String STALE = "E 0A000 cached plan must not change result type";
  private static final int TEXT = 0;
  private static final int BINARY = 1;

  /** A type that a column may have, and a value of it. */
  private record ColumnType(String name, String value) {
    /** A parameter has no length. */
    String parameter() {
      return name.startsWith("char(") ? "bpchar" : name.replaceAll("\\(.*", "");
    }
  }

  private static final List<ColumnType> TYPES =
      List.of(
          new ColumnType("smallint", "8"),
          new ColumnType("integer", "8"),
          new ColumnType("bigint", "8"),
          new ColumnType("real", "1.5"),
          new ColumnType("double precision", "1.5"),
          new ColumnType("numeric", "2.500000"),
          new ColumnType("numeric(10,2)", "2.25"),
          new ColumnType("char(5)", "ab"),
          new ColumnType("varchar(10)", "ab"),
          new ColumnType("text", "ab"),
          new ColumnType("date", "2026-11-30"),
          new ColumnType("time", "10:11:12"),
          new ColumnType("timetz", "10:11:12+02"),
          new ColumnType("timestamp", "2026-11-30 10:11:12"),
          new ColumnType("timestamptz", "2026-11-30 10:11:12+00"),
          new ColumnType("interval", "1 day"),
          new ColumnType("boolean", "true"),
          new ColumnType("bytea", "\\x00ff"),
          new ColumnType("uuid", "6d8a2d6c-3a5e-4f0e-9d5c-0a0b0c0d0e0f"),
          new ColumnType("json", "{\"a\": 1}"),
          new ColumnType("jsonb", "{\"a\": 1}"));

  /** There is no cast, or the value does not fit; never that bytes were taken for something. */
  private static final Set<String> HONEST = Set.of("42804", "22001", "22003", "42846");

  private static DsqlLocal cluster;

  @BeforeAll
  static void start() {
    cluster = DsqlLocal.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  // ---- every type becomes every other

  @Test
  void everyPairOfTypes_isReadAndWrittenAsTold_orRefused() throws Exception {
    Set<String> written = new TreeSet<>();
    for (int shift = 1; shift < TYPES.size(); shift++) {
      try (Connection admin = Jdbc.connect(cluster, "admin")) {
        createTable(admin, 0);
        try (RawClient client = loggedIn()) {
          prepareAll(client);
          List<byte[]> told = new ArrayList<>();
          for (int i = 0; i < TYPES.size(); i++) {
            told.add(read(client, "r" + i, BINARY));
          }
          createTable(admin, shift);
          assertThat(answers(client, new Pipeline().query("SELECT 1"))).contains(oc001());
          for (int i = 0; i < TYPES.size(); i++) {
            ColumnType from = TYPES.get(i);
            ColumnType to = TYPES.get((i + shift) % TYPES.size());
            checkPair(client, admin, i, from, to, told.get(i), written);
          }
        }
      }
    }
    // Some do have a cast, or nothing was tested.
    assertThat(written).contains("integer to bigint", "integer to real", "date to timestamptz");
  }

  private static void createTable(Connection admin, int shift) throws SQLException {
    StringBuilder columns = new StringBuilder("id integer PRIMARY KEY");
    StringBuilder values = new StringBuilder("0");
    for (int i = 0; i < TYPES.size(); i++) {
      ColumnType type = TYPES.get((i + shift) % TYPES.size());
      columns.append(", c").append(i).append(' ').append(type.name());
      values.append(", '").append(type.value()).append('\'');
    }
    Jdbc.executeAgain(
        admin,
        "DROP TABLE IF EXISTS p",
        "CREATE TABLE p (" + columns + ")",
        "INSERT INTO p VALUES (" + values + ")");
  }

  private static void prepareAll(RawClient client) throws IOException {
    for (int i = 0; i < TYPES.size(); i++) {
      String column = "c" + i;
      Pipeline all =
          new Pipeline()
              .parse("r" + i, "SELECT " + column + " FROM p WHERE id = 0")
              .parse("w" + i, "INSERT INTO p(id, " + column + ") VALUES ($1, $2)")
              .parse("x" + i, "INSERT INTO p(id, " + column + ") VALUES ($1, $2) RETURNING *")
              .sync();
      assertThat(answers(client, all)).containsExactly("1", "1", "1", "Z I");
    }
  }

  private static void checkPair(
      RawClient client,
      Connection admin,
      int i,
      ColumnType from,
      ColumnType to,
      byte[] value,
      Set<String> written)
      throws Exception {
    String pair = from.name() + " to " + to.name();
    byte[] text = from.value().getBytes(StandardCharsets.UTF_8);
    for (int format : new int[] {BINARY, TEXT}) {
      assertThat(answers(client, use("r" + i, format))).as(pair).containsExactly(STALE, "Z I");
      byte[] id = id(format, 1);
      byte[] parameter = format == BINARY ? value : text;
      List<String> returned = answers(client, use("x" + i, format, id, parameter));
      assertThat(returned).as(pair).hasSize(2);
      assertThat(returned.get(0)).as(pair).startsWith("E ");
      assertThat(returned.get(0).equals(STALE) || isHonest(returned.get(0))).as(pair).isTrue();
      List<String> answers = answers(client, use("w" + i, format, id, parameter));
      String error = answers.get(answers.size() - 2);
      if (error.startsWith("E ")) {
        assertThat(isHonest(error)).as("%s: %s", pair, answers).isTrue();
        assertThat(Jdbc.column(admin, "SELECT id FROM p WHERE id = 1")).as(pair).isEmpty();
      } else {
        assertThat(answers).as(pair).containsExactly("2", "C INSERT 0 1", "Z I");
        // A column without a precision has one here.
        String column = to.name().equals("numeric") ? "numeric(18,6)" : to.name();
        String expected =
            "SELECT '" + from.value() + "'::" + from.parameter() + "::" + column + "::text";
        assertThat(Jdbc.value(admin, "SELECT c" + i + "::text FROM p WHERE id = 1"))
            .as(pair)
            .isEqualTo(Jdbc.value(admin, expected));
        Jdbc.execute(admin, "DELETE FROM p WHERE id = 1");
        written.add(pair);
      }
    }
    // Until it is prepared again.
    Pipeline again =
        new Pipeline()
            .closeStatement("r" + i)
            .parse("r" + i, "SELECT c" + i + "::text FROM p WHERE id = 0")
            .bind("", "r" + i)
            .execute("")
            .sync();
    assertThat(answers(client, again)).as(pair).contains("C SELECT 1", "Z I").hasSize(6);
  }

  private static boolean isHonest(String error) {
    return HONEST.contains(error.substring(2, 7));
  }

  // ---- what changes a result

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # statement                                | change                                    | stale
          SELECT * FROM q                            | ALTER TABLE q ADD COLUMN w int            | true
          SELECT * FROM q                            | ALTER TABLE q DROP COLUMN u               | true
          SELECT * FROM q                            | ALTER TABLE q RENAME COLUMN v TO w        | true
          SELECT q.* FROM q WHERE id = 1             | ALTER TABLE q ADD COLUMN w int            | true
          INSERT INTO q VALUES (2) RETURNING *       | ALTER TABLE q ADD COLUMN w int            | true
          UPDATE q SET v = 5 RETURNING *             | ALTER TABLE q ADD COLUMN w int            | true
          DELETE FROM q RETURNING *                  | ALTER TABLE q DROP COLUMN u               | true
          SELECT count(*), q FROM q GROUP BY q       | ALTER TABLE q ADD COLUMN w int            | false
          SELECT v FROM q                            | ALTER TABLE q ADD COLUMN w int            | false
          SELECT v FROM q                            | ALTER TABLE q ALTER COLUMN v SET DEFAULT 3 | false
          SELECT v FROM q                            | CREATE TABLE unrelated (id int)           | false
          SELECT v + 1 AS n FROM q                   | ALTER TABLE q ADD COLUMN w int            | false
          INSERT INTO q VALUES (2) RETURNING id      | ALTER TABLE q ADD COLUMN w int            | false
          """)
  void resultThatChanges_isRefused_othersAreNot(String sql, String change, boolean stale)
      throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin");
        RawClient client = loggedInBehind(admin)) {
      prepare(client, "s", sql);
      Jdbc.executeAgain(admin, change);
      assertThat(answers(client, use("s", BINARY))).containsExactly(oc001(), "Z I");
      for (int time = 0; time < 2; time++) {
        List<String> answers = answers(client, use("s", BINARY));
        assertThat(answers.contains(STALE)).as("%s", answers).isEqualTo(stale);
        assertThat(answers.stream().anyMatch(line -> line.startsWith("C ")))
            .as("%s", answers)
            .isNotEqualTo(stale || sql.startsWith("INSERT") && time == 1);
        assertThat(answers).endsWith("Z I");
      }
    }
  }

  @Test
  void tableThatIsMadeAgainAlike_isNoChange() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin");
        RawClient client = loggedInBehind(admin)) {
      prepare(client, "s", "SELECT * FROM q WHERE v = $1");
      recreate(admin);
      assertThat(answers(client, use("s", BINARY, id(BINARY, 7)))).contains(oc001());
      assertThat(answers(client, use("s", BINARY, id(BINARY, 7)))).contains("C SELECT 1");
    }
  }

  @Test
  void changeThatIsUndone_makesItFitAgain() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin");
        RawClient client = loggedInBehind(admin)) {
      prepare(client, "s", "SELECT * FROM q");
      Jdbc.executeAgain(admin, "ALTER TABLE q ADD COLUMN w int");
      answers(client, use("s", BINARY));
      assertThat(answers(client, use("s", BINARY))).contains(STALE);
      Jdbc.executeAgain(admin, "ALTER TABLE q DROP COLUMN w");
      answers(client, use("s", BINARY));
      assertThat(answers(client, use("s", BINARY))).contains("C SELECT 1");
    }
  }

  @Test
  void unnamedStatementKeptOverSync_isRefused_untilItIsParsedAgain() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin");
        RawClient client = loggedInBehind(admin)) {
      prepare(client, "", "SELECT * FROM q");
      Jdbc.executeAgain(admin, "ALTER TABLE q ADD COLUMN w int");
      assertThat(answers(client, use("", BINARY))).containsExactly(oc001(), "Z I");
      assertThat(answers(client, use("", BINARY))).containsExactly(STALE, "Z I");
      prepare(client, "", "SELECT * FROM q");
      assertThat(answers(client, use("", BINARY))).contains("C SELECT 1");
    }
  }

  /** The client that asks is told, too; in PostgreSQL a description is as fixed as a result. */
  @Test
  void describeOfAStaleStatement_isRefused() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin");
        RawClient client = loggedInBehind(admin)) {
      prepare(client, "s", "SELECT * FROM q");
      Jdbc.executeAgain(admin, "ALTER TABLE q ADD COLUMN w int");
      Pipeline describe = new Pipeline().describeStatement("s").sync();
      assertThat(answers(client, describe)).endsWith(STALE, "Z I");
    }
  }

  /** A portal gives rows as they were when it was bound. */
  @Test
  void openPortal_goesOnAsDescribed_orItsTransactionIsTold() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin");
        RawClient client = loggedInBehind(admin)) {
      Jdbc.execute(admin, "INSERT INTO q VALUES (2, 8, 'y')");
      prepare(client, "s", "SELECT v FROM q ORDER BY id");
      answers(client, new Pipeline().query("BEGIN"));
      Pipeline first = new Pipeline().bind("portal", "s", BINARY).execute("portal", 1).sync();
      assertThat(answers(client, first)).containsExactly("2", "D 7", "s", "Z T");
      Jdbc.executeAgain(admin, "ALTER TABLE q DROP COLUMN v", "ALTER TABLE q ADD COLUMN v bigint");
      assertThat(answers(client, new Pipeline().execute("portal", 1).sync()))
          .containsExactly(oc001(), "Z E");
      answers(client, new Pipeline().query("ROLLBACK"));
      assertThat(answers(client, use("s", BINARY))).containsExactly(STALE, "Z I");
    }
  }

  @Test
  void ownChange_countsToo() throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin");
        RawClient client = loggedInBehind(admin)) {
      prepare(client, "s", "SELECT * FROM q");
      assertThat(answers(client, new Pipeline().query("ALTER TABLE q ADD COLUMN w int")))
          .contains("C ALTER TABLE");
      assertThat(answers(client, use("s", BINARY))).containsExactly(STALE, "Z I");
    }
  }

  /** The client was told int; an int it is, whatever the column wants by now. */
  @ParameterizedTest
  @CsvSource({"bigint, 8", "real, 8", "text, 8", "numeric, 8.000000"})
  void parameterKeepsItsType(String type, String stored) throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin");
        RawClient client = loggedInBehind(admin)) {
      prepare(client, "s", "INSERT INTO q(id, v) VALUES ($1, $2)");
      Jdbc.executeAgain(admin, "ALTER TABLE q DROP COLUMN v", "ALTER TABLE q ADD COLUMN v " + type);
      answers(client, use("s", BINARY, id(BINARY, 3), id(BINARY, 8)));
      assertThat(answers(client, use("s", BINARY, id(BINARY, 3), id(BINARY, 8))))
          .contains("C INSERT 0 1");
      assertThat(Jdbc.value(admin, "SELECT v FROM q WHERE id = 3")).isEqualTo(stored);
      Pipeline describe = new Pipeline().describeStatement("s").sync();
      client.send(describe.bytes());
      byte[] description = client.readUntilReady().get(0).body();
      assertThat(ByteBuffer.wrap(description).getInt(2)).as("int4").isEqualTo(23);
      assertThat(ByteBuffer.wrap(description).getInt(6)).as("int4").isEqualTo(23);
    }
  }

  // ---- the wire

  private static RawClient loggedIn() throws IOException {
    RawClient client =
        RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
    client.login("admin", cluster.token("admin"));
    return client;
  }

  /** A session that knows the new table. */
  private static RawClient loggedInBehind(Connection admin) throws Exception {
    Jdbc.executeAgain(admin, "DROP TABLE IF EXISTS unrelated");
    recreate(admin);
    return loggedIn();
  }

  private static void recreate(Connection admin) throws SQLException {
    Jdbc.executeAgain(
        admin,
        "DROP TABLE IF EXISTS q",
        "CREATE TABLE q (id int PRIMARY KEY, v int, u text)",
        "INSERT INTO q VALUES (1, 7, 'x')");
  }

  private static String oc001() {
    return FaultFixture.SCHEMA_CONFLICT;
  }

  private static void prepare(RawClient client, String name, String sql) throws IOException {
    assertThat(answers(client, new Pipeline().parse(name, sql).describeStatement(name).sync()))
        .startsWith("1")
        .endsWith("Z I");
  }

  private static Pipeline use(String statement, int format, byte[]... parameters) {
    return new Pipeline().bind("", statement, format, parameters).execute("").sync();
  }

  private static byte[] id(int format, int id) {
    return format == BINARY
        ? ByteBuffer.allocate(4).putInt(id).array()
        : Integer.toString(id).getBytes(StandardCharsets.UTF_8);
  }

  /** The value of one row of one column. */
  private static byte[] read(RawClient client, String statement, int format) throws IOException {
    client.send(use(statement, format).bytes());
    for (WireMessage message : client.readUntilReady()) {
      if (message.type() == 'D') {
        ByteBuffer row = ByteBuffer.wrap(message.body());
        byte[] value = new byte[row.getInt(2)];
        row.position(6).get(value);
        return value;
      }
    }
    throw new AssertionError("no row of " + statement);
  }

  private static List<String> answers(RawClient client, Pipeline pipeline) throws IOException {
    client.send(pipeline.bytes());
    List<String> answers = new ArrayList<>();
    for (WireMessage message : client.readUntilReady()) {
      if (message.type() == 'D' && message.body().length == 10) {
        answers.add("D " + ByteBuffer.wrap(message.body()).getInt(6));
      } else if (message.type() != 'T' && message.type() != 't') {
        answers.add(message.type() == 'D' ? "D" : FaultFixture.text(message));
      }
    }
    return answers;
  }
}
