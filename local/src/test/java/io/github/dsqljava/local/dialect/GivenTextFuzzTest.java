package io.github.dsqljava.local.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * PostgreSQL is given what the client sent, but for the places at which a rule says otherwise. A
 * grammar writes both texts side by side: names, strings and comments that look like a rule's words
 * are the same in both, and only {@link Writer#becomes} makes a difference.
 *
 * <p>{@code -Ddsql.fuzz.rounds} makes it longer, {@code -Ddsql.fuzz.seed} repeats or varies it; a
 * failure prints both.
 */
class GivenTextFuzzTest {
  private static final long SEED = Long.getLong("dsql.fuzz.seed", 20261130);
  private static final int ROUNDS = Integer.getInteger("dsql.fuzz.rounds", 20_000);
  private static final String MARK = "/*\u0001*/";
  private static final String UNIQUE_MARK = "/*\u0001\u0001*/";
  private static final String SYNC_INDEX = "disable_sync_create_index";

  private final Dialect dialect = Dialect.standard();

  @Test
  void given_randomStatements_differOnlyWhereARuleSaysSo() {
    int changed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Writer writer = new Writer(new Random(SEED + round));
      writer.text();
      String sent = writer.sent.toString();
      String given = writer.given.toString();
      changed += sent.equals(given) ? 0 : 1;
      assertThat(dialect.read(sent).given())
          .as("-Ddsql.fuzz.seed=%d -Ddsql.fuzz.rounds=1: %s", SEED + round, sent)
          .isEqualTo(given);
    }
    if (ROUNDS > 1) {
      assertThat(changed).as("texts that a rule changes").isBetween(ROUNDS / 5, ROUNDS * 9 / 10);
    }
  }

  /** All accepted statements of the file that PostgreSQL is given in another form. */
  private static final Map<String, String> CHANGED =
      Map.ofEntries(
          Map.entry(
              "SELECT * FROM t JOIN u USING (id) WHERE a > 1 FOR UPDATE OF t NOWAIT",
              "SELECT * FROM t JOIN u USING (id) WHERE a > 1 FOR UPDATE OF t       "),
          Map.entry(
              "SELECT * FROM t FOR UPDATE SKIP LOCKED", "SELECT * FROM t FOR UPDATE            "),
          Map.entry(
              "ALTER TABLE ASYNC t VALIDATE CONSTRAINT c",
              "ALTER TABLE /*\u0001*/ t ADD CHECK ('c' <> '') NOT VALID"),
          Map.entry(
              "ALTER TABLE async IF EXISTS s.t VALIDATE CONSTRAINT c",
              "ALTER TABLE /*\u0001*/ IF EXISTS s.t ADD CHECK ('c' <> '') NOT VALID"),
          Map.entry(
              "ALTER TABLE t ENABLE TRIGGER ALL, DISABLE TRIGGER USER",
              "ALTER TABLE t ENABLE TRIGGER USER, DISABLE TRIGGER USER"),
          Map.entry("CREATE INDEX ASYNC i ON t (a)", "CREATE INDEX /*\u0001*/ i ON t (a)"),
          Map.entry(
              "CREATE UNIQUE INDEX ASYNC IF NOT EXISTS i ON ONLY s.t (a, b) INCLUDE (c) NULLS NOT"
                  + " DISTINCT",
              "CREATE /*\u0001\u0001*/ INDEX /*\u0001*/ IF NOT EXISTS i ON ONLY s.t (a, b) INCLUDE (c)"
                  + " NULLS NOT DISTINCT"),
          Map.entry(
              "CREATE INDEX ASYNC ON t (lower(a), (a || b) NULLS FIRST)",
              "CREATE INDEX /*\u0001*/ ON t (lower(a), (a || b) NULLS FIRST)"),
          Map.entry(
              "create index async \"async\" on t (a nulls last) where a > 0",
              "create index /*\u0001*/ \"async\" on t (a nulls last) where a > 0"),
          Map.entry(
              "CREATE INDEX ASYNC i ON t (asc_x, \"desc\")",
              "CREATE INDEX /*\u0001*/ i ON t (asc_x, \"desc\")"),
          Map.entry(
              "SET disable_sync_create_index = off", "SET dsql.disable_sync_create_index = off"),
          Map.entry("SHOW disable_sync_create_index", "SHOW dsql.disable_sync_create_index"),
          Map.entry("SHOW \"Disable_Sync_Create_Index\"", "SHOW dsql.disable_sync_create_index"),
          Map.entry("EXPLAIN SELECT 1", "EXPLAIN (VERBOSE, FORMAT JSON) SELECT 1"),
          Map.entry(
              "EXPLAIN (ANALYZE, VERBOSE) DELETE FROM t",
              "EXPLAIN (ANALYZE, VERBOSE, VERBOSE, FORMAT JSON) DELETE FROM t"),
          Map.entry("EXPLAIN EXPLAIN EXPLAIN", "EXPLAIN (VERBOSE, FORMAT JSON) EXPLAIN EXPLAIN"),
          Map.entry(
              "AWS IAM GRANT r TO 'arn:aws:iam::1:role/x'",
              "CALL dsql_internal.aws_iam_grant('r', 'arn:aws:iam::1:role/x')"));

  @Test
  void given_statementsOfTheFile_areTheSameButForThese() throws IOException {
    Map<String, String> changed = new HashMap<>();
    for (String sql : accepted()) {
      String given = dialect.read(sql).given();
      if (!given.equals(sql)) {
        changed.put(sql, given);
      }
    }
    assertThat(changed).isEqualTo(CHANGED);
  }

  private static List<String> accepted() throws IOException {
    try (InputStream file = GivenTextFuzzTest.class.getResourceAsStream("statements.txt")) {
      return new String(file.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> line.startsWith("+ "))
          .map(line -> line.substring(2))
          .toList();
    }
  }

  /** Writes statements as a client does, and what PostgreSQL is to get in their place. */
  private static final class Writer {
    private static final List<String> NAMES =
        List.of(
            "t",
            "nowait",
            "skip",
            "locked",
            "validate",
            "trigger",
            "enable",
            "aws",
            "iam",
            "Share",
            "\"for\"",
            "\"NOWAIT\"",
            "\"unique\"",
            "\"user\"",
            "\"all\"",
            "\"for update nowait\"",
            "U&\"now\\0061it\"",
            "U&\"skip\"");

    private static final List<String> LITERALS =
        List.of(
            "1",
            "'for update nowait'",
            "'; AWS IAM GRANT r TO ''arn'''",
            "E'\\' skip locked'",
            "$$ FOR UPDATE NOWAIT $$",
            "$nowait$ for key share skip locked $$ $nowait$",
            "U&'now\\0061it'",
            "B'01'",
            "'" + SYNC_INDEX + "'",
            "NULL");

    private static final List<String> SPACES =
        List.of(
            "\n",
            "\t ",
            "/* nowait */",
            " /* for update /* nowait */ skip locked */ ",
            " -- FOR UPDATE NOWAIT;\n",
            "/**/");

    private final Random random;
    private final StringBuilder sent = new StringBuilder();
    private final StringBuilder given = new StringBuilder();

    Writer(Random random) {
      this.random = random;
    }

    // ---- both texts

    private void put(String text) {
      sent.append(text);
      given.append(text);
    }

    /** Where a rule says so. */
    private void becomes(String ofClient, String ofPostgresql) {
      sent.append(ofClient);
      given.append(ofPostgresql);
    }

    private void blanked(String word) {
      becomes(inSomeCase(word), " ".repeat(word.length()));
    }

    private void space() {
      switch (random.nextInt(6)) {
        case 0 -> put(pick(SPACES));
        case 1 -> {
          if (one(8)) {
            String comment = pick(List.of(MARK, UNIQUE_MARK, "/* \u0001 nowait*/"));
            becomes(comment, comment.replace('\u0001', ' '));
          } else {
            put(" ");
          }
        }
        default -> put(" ");
      }
    }

    /** Key words, with something between them and behind them. */
    private void words(String words) {
      for (String word : words.split(" ")) {
        put(inSomeCase(word));
        space();
      }
    }

    private String inSomeCase(String word) {
      return switch (random.nextInt(3)) {
        case 0 -> word.toLowerCase(Locale.ROOT);
        default -> word;
      };
    }

    private <T> T pick(List<T> from) {
      return from.get(random.nextInt(from.size()));
    }

    private boolean one(int in) {
      return random.nextInt(in) == 0;
    }

    private void name() {
      put(pick(NAMES));
    }

    /** With a space behind it, because a word may follow. */
    private void nameAnd() {
      name();
      space();
    }

    private void table() {
      if (one(4)) {
        name();
        put(".");
      }
      nameAnd();
    }

    // ---- texts

    void text() {
      int count = 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        statement();
        put(i < count - 1 || one(2) ? ";" : "");
        space();
      }
    }

    private void statement() {
      switch (random.nextInt(14)) {
        case 0, 1 -> select(2);
        case 2 -> with();
        case 3 -> explain();
        case 4 -> copy();
        case 5 -> insertOrUpdate();
        case 6 -> view();
        case 7 -> schema();
        case 8 -> function();
        case 9 -> index();
        case 10 -> validate();
        case 11 -> triggers();
        case 12 -> setting();
        default -> iam();
      }
    }

    private void select(int depth) {
      words("SELECT");
      int count = 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        item(depth);
        put(i < count - 1 ? ", " : "");
      }
      space();
      words("FROM");
      source(depth);
      if (one(3)) {
        words("WHERE");
        condition(depth);
      }
      if (one(4)) {
        words("ORDER BY");
        nameAnd();
      }
      if (one(6)) {
        words("LIMIT 1");
      }
      while (one(2)) {
        lock();
      }
      if (one(8)) {
        words("OFFSET 2");
      }
    }

    private void item(int depth) {
      switch (random.nextInt(8)) {
        case 0 -> put(pick(LITERALS));
        case 1 -> {
          put("substring(");
          nameAnd();
          words("FOR");
          name();
          put(")");
        }
        case 2 -> put("t.for");
        case 3 -> put("t.for update");
        case 4 -> put("1 AS for");
        case 5 -> {
          nameAnd();
          put("AS ");
          name();
        }
        case 6 -> {
          if (depth > 0) {
            put("(");
            select(depth - 1);
            put(")");
          } else {
            put("overlay(a PLACING b FROM 1 FOR update)");
          }
        }
        default -> name();
      }
    }

    private void source(int depth) {
      if (depth > 0 && one(3)) {
        put("(");
        select(depth - 1);
        put(") ");
        nameAnd();
      } else {
        table();
        if (one(3)) {
          put(one(2) ? "AS " : "");
          nameAnd();
        }
      }
    }

    private void condition(int depth) {
      nameAnd();
      if (depth > 0 && one(3)) {
        put("IN (");
        select(depth - 1);
        put(") ");
      } else {
        put("= ");
        put(pick(LITERALS));
        space();
      }
    }

    /** The only place where NOWAIT and SKIP LOCKED are taken out. */
    private void lock() {
      words(one(2) ? "FOR UPDATE" : "FOR KEY SHARE");
      if (one(3)) {
        words("OF");
        nameAnd();
        while (one(3)) {
          put(",");
          nameAnd();
        }
      }
      switch (random.nextInt(4)) {
        case 0 -> {
          blanked("NOWAIT");
          space();
        }
        case 1 -> {
          blanked("SKIP");
          space();
          blanked("LOCKED");
          space();
        }
        default -> {}
      }
    }

    private void with() {
      words("WITH");
      nameAnd();
      put("AS (");
      select(1);
      put(") ");
      if (one(3)) {
        words("UPDATE");
        nameAnd();
        words("SET");
        put("v = 1");
      } else {
        select(1);
      }
    }

    private void explain() {
      switch (random.nextInt(3)) {
        case 0 -> {
          String explain = inSomeCase("EXPLAIN");
          becomes(explain, explain + " (VERBOSE, FORMAT JSON)");
        }
        case 1 -> {
          words("EXPLAIN");
          becomes(inSomeCase("ANALYZE"), "(ANALYZE, VERBOSE, FORMAT JSON)");
        }
        default -> {
          words("EXPLAIN (ANALYZE, COSTS");
          becomes("off", "off, VERBOSE, FORMAT JSON");
          put(")");
        }
      }
      space();
      if (one(3)) {
        put("(");
        select(1);
        put(")");
      } else {
        select(1);
      }
    }

    private void copy() {
      words("COPY");
      put("(");
      select(1);
      put(") ");
      words("TO STDOUT");
    }

    private void insertOrUpdate() {
      if (one(2)) {
        words("INSERT INTO");
        table();
        put("(");
        name();
        put(") ");
        select(1);
      } else {
        words("DELETE FROM");
        table();
        words("WHERE");
        condition(2);
      }
    }

    private void view() {
      words("CREATE VIEW");
      table();
      words("AS");
      select(1);
    }

    private void schema() {
      words("CREATE SCHEMA");
      nameAnd();
      while (one(2)) {
        if (one(2)) {
          view();
        } else {
          words("CREATE TABLE");
          nameAnd();
          put("(");
          nameAnd();
          put("int) ");
        }
      }
    }

    private void function() {
      words("CREATE FUNCTION");
      nameAnd();
      put("() RETURNS int ");
      if (one(2)) {
        words("BEGIN ATOMIC");
        select(1);
        put("; ");
        words("END");
      } else {
        words("LANGUAGE sql AS");
        put(one(2) ? "'SELECT 1 FOR UPDATE NOWAIT'" : "$f$ SELECT 1 FOR UPDATE SKIP LOCKED $f$");
      }
    }

    private void index() {
      words("CREATE");
      boolean async = one(2);
      if (one(2)) {
        String unique = inSomeCase("UNIQUE");
        becomes(unique, async ? UNIQUE_MARK : unique);
        space();
      }
      words("INDEX");
      if (async) {
        becomes(inSomeCase("ASYNC"), MARK);
        space();
      }
      if (one(3)) {
        words("IF NOT EXISTS");
      }
      nameAnd();
      words("ON");
      table();
      put("(");
      put(one(3) ? "async" : pick(NAMES));
      put(") ");
      if (one(3)) {
        words("WHERE");
        condition(0);
      }
    }

    private void validate() {
      words("ALTER TABLE");
      boolean async = one(2);
      if (async) {
        becomes(inSomeCase("ASYNC"), MARK);
        space();
      }
      words(one(2) ? "IF EXISTS" : "ONLY");
      table();
      String quoted = one(2) ? "\"It''s\" " : "Nowait ";
      String name = quoted.startsWith("\"") ? "It''''s" : "nowait";
      String action = "VALIDATE CONSTRAINT " + quoted.strip();
      becomes(action, async ? "ADD CHECK ('" + name + "' <> '') NOT VALID" : action);
    }

    private void triggers() {
      words("ALTER TABLE");
      table();
      do {
        words(one(2) ? "ENABLE TRIGGER" : "DISABLE TRIGGER");
        if (one(2)) {
          becomes(inSomeCase("ALL"), "USER");
        } else {
          put(one(2) ? "USER" : pick(NAMES));
        }
        put(", ");
      } while (one(2));
      words("DROP COLUMN");
      name();
    }

    private void setting() {
      String verb = pick(List.of("SET", "SET SESSION", "SET LOCAL", "SHOW", "RESET"));
      words(verb);
      if (one(2)) {
        becomes(inSomeCase(SYNC_INDEX), "dsql." + SYNC_INDEX);
      } else {
        put(pick(List.of("application_name", "\"search_path\"", "x." + SYNC_INDEX)));
      }
      if (verb.startsWith("SET")) {
        put(" = ");
        put(one(3) ? SYNC_INDEX : pick(LITERALS));
      }
    }

    private void iam() {
      boolean grant = one(2);
      String role = one(2) ? "Nowait" : "\"All\"";
      String folded = role.startsWith("\"") ? "All" : "nowait";
      becomes(
          (grant ? "AWS IAM GRANT " : "aws /**/ iam REVOKE ")
              + role
              + (grant ? " TO " : " -- to\n FROM ")
              + "'arn:x'",
          "CALL dsql_internal.aws_iam_"
              + (grant ? "grant" : "revoke")
              + "('"
              + folded
              + "', 'arn:x')");
    }
  }
}
