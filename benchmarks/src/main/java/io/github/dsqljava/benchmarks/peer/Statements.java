package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.benchmarks.load.Call;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** The tables and statements of all cases, with {@code $1} for parameters, and their values. */
public final class Statements {
  /** Rows that can be selected. */
  public static final int POINTS = 10_000;

  /** The value of a point is its id times this factor. */
  public static final int VALUE_FACTOR = 7;

  /** Accounts that belong to one caller, so that callers do not conflict. */
  public static final int ACCOUNTS_PER_CALLER = 100;

  /** Rows of a batch. */
  public static final int BATCH_ROWS = 100;

  /** The balance of each account at the start. */
  static final int OPENING_BALANCE = 1_000_000;

  /** The SQLSTATE of a conflict. */
  static final String SERIALIZATION_FAILURE = "40001";

  static final String FIRST_ROW = "SELECT 1";
  static final String POINT_SELECT = "SELECT value FROM points WHERE id = $1";
  static final String DEPOSIT = "UPDATE accounts SET balance = balance + $1 WHERE id = $2";
  static final String WITHDRAW = "UPDATE accounts SET balance = balance - $1 WHERE id = $2";
  static final String BALANCE = "SELECT balance FROM accounts WHERE id = $1";
  static final String OWNER = "SELECT owner FROM accounts WHERE id = $1";
  static final String TRANSFER =
      "INSERT INTO transfers (id, origin, destination, amount) VALUES ($1, $2, $3, $4)";
  static final String EVENT = "INSERT INTO events (id, source, payload) VALUES ($1, $2, $3)";
  static final String INCREMENT = "UPDATE counters SET value = value + 1 WHERE id = 1";

  /** About as long as a line of a log. */
  static final String PAYLOAD = "A line of text of about sixty characters, to have something.";

  private Statements() {}

  /** The tables that stay for the whole run. */
  public static List<String> schema() {
    return List.of(
        "CREATE TABLE points (id int PRIMARY KEY, value int NOT NULL)",
        "CREATE TABLE accounts (id int PRIMARY KEY, owner int NOT NULL, balance int NOT NULL)",
        "CREATE TABLE counters (id int PRIMARY KEY, value bigint NOT NULL)",
        "INSERT INTO counters VALUES (1, 0)");
  }

  /** The points, in statements of no more than 1,000 rows. */
  public static List<String> points() {
    return chunks(POINTS, "INSERT INTO points SELECT id, id * " + VALUE_FACTOR);
  }

  /** The accounts of the callers, in statements of no more than 1,000 rows. */
  public static List<String> accounts(int callers) {
    return chunks(
        callers * ACCOUNTS_PER_CALLER,
        "INSERT INTO accounts SELECT id, id / " + ACCOUNTS_PER_CALLER + ", " + OPENING_BALANCE);
  }

  private static List<String> chunks(int rows, String insert) {
    return IntStream.iterate(0, from -> from < rows, from -> from + 1000)
        .mapToObj(
            from ->
                insert
                    + " FROM generate_series("
                    + from
                    + ", "
                    + (Math.min(from + 1000, rows) - 1)
                    + ") id")
        .toList();
  }

  /** Recreates the tables that a case fills, so that each round finds them empty. */
  public static List<String> emptyTables() {
    return List.of(
        "DROP TABLE IF EXISTS transfers",
        "CREATE TABLE transfers (id uuid PRIMARY KEY, origin int NOT NULL,"
            + " destination int NOT NULL, amount int NOT NULL)",
        "DROP TABLE IF EXISTS events",
        "CREATE TABLE events (id uuid PRIMARY KEY, source int NOT NULL, payload text NOT NULL)");
  }

  /** A point to select. */
  static int point(Call call) {
    return call.random().nextInt(POINTS);
  }

  /** One of the caller's own accounts, a different one each time. */
  static int account(Call call) {
    return account(call, 0);
  }

  /** The account after that one. */
  static int otherAccount(Call call) {
    return account(call, 1);
  }

  private static int account(Call call, int offset) {
    int own = (int) ((call.iteration() * 2 + offset) % ACCOUNTS_PER_CALLER);
    return call.caller() * ACCOUNTS_PER_CALLER + own;
  }

  /** A key that is used once between two calls of {@link #emptyTables()}. */
  static UUID key(Call call, int row) {
    // The random half comes first, so that keys of one caller are not neighbours in the index.
    return new UUID(call.random().nextLong(), ((long) call.caller() << 32) | row);
  }

  /** Fails unless a statement changed as many rows as it should. */
  static void expectRows(long expected, long changed) {
    if (changed != expected) {
      throw new IllegalStateException(changed + " rows were changed, not " + expected);
    }
  }

  /** Fails unless an answer is the right one. */
  static void expectValue(long expected, long value) {
    if (value != expected) {
      throw new IllegalStateException("The answer was " + value + ", not " + expected);
    }
  }
}
