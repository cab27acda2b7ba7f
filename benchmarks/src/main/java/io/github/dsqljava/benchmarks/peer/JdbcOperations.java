package io.github.dsqljava.benchmarks.peer;

import static io.github.dsqljava.benchmarks.peer.Statements.expectRows;
import static io.github.dsqljava.benchmarks.peer.Statements.expectValue;

import io.github.dsqljava.benchmarks.load.Call;
import io.github.dsqljava.benchmarks.load.Operation;
import io.github.dsqljava.benchmarks.load.Outcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** The cases for JDBC. */
final class JdbcOperations {
  private static final Pattern PARAMETER = Pattern.compile("\\$[0-9]+");

  private static final String POINT_SELECT = jdbc(Statements.POINT_SELECT);
  private static final String DEPOSIT = jdbc(Statements.DEPOSIT);
  private static final String WITHDRAW = jdbc(Statements.WITHDRAW);
  private static final String BALANCE = jdbc(Statements.BALANCE);
  private static final String OWNER = jdbc(Statements.OWNER);
  private static final String TRANSFER = jdbc(Statements.TRANSFER);
  private static final String EVENT = jdbc(Statements.EVENT);

  /** pgjdbc sends the parts of one text in one flight. */
  private static final String FIVE_STATEMENTS =
      String.join("; ", OWNER, WITHDRAW, DEPOSIT, TRANSFER, BALANCE);

  private JdbcOperations() {}

  /** Opens a connection. */
  @FunctionalInterface
  interface Connector {
    Connection connect() throws SQLException;
  }

  /** The work on a connection. */
  @FunctionalInterface
  private interface Work {
    void run(Connection connection, Call call) throws SQLException;
  }

  private static String jdbc(String sql) {
    return PARAMETER.matcher(sql).replaceAll("?");
  }

  static Operation connect(Connector connector) {
    return (Operation.Blocking)
        call -> {
          try (Connection connection = connector.connect();
              Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery(Statements.FIRST_ROW)) {
            rows.next();
            expectValue(1, rows.getInt(1));
            call.measured();
          }
          return Outcome.DONE;
        };
  }

  static Operation of(
      BenchmarkCase benchmark, DataSource pool, ConflictPolicy policy, LongAdder attempts) {
    return switch (benchmark) {
      case CONNECT -> throw new IllegalArgumentException("CONNECT has no pool");
      case POINT_SELECT -> autocommit(pool, JdbcOperations::pointSelect);
      case WRITE_TRANSACTION ->
          transaction(
              pool, (connection, call) -> change(connection, DEPOSIT, Statements.account(call)));
      case FIVE_STATEMENTS -> transaction(pool, JdbcOperations::fiveStatements);
      case FIVE_DEPENDENT -> transaction(pool, JdbcOperations::fiveDependent);
      case BATCH -> autocommit(pool, JdbcOperations::batch);
      case BATCH_TRANSACTION -> transaction(pool, JdbcOperations::batch);
      case HOT_ROW -> hotRow(pool, policy, attempts);
    };
  }

  /** Whether a case uses connections in autocommit. */
  static boolean autocommit(BenchmarkCase benchmark) {
    return benchmark == BenchmarkCase.POINT_SELECT || benchmark == BenchmarkCase.BATCH;
  }

  private static Operation autocommit(DataSource pool, Work work) {
    return (Operation.Blocking)
        call -> {
          try (Connection connection = pool.getConnection()) {
            work.run(connection, call);
          }
          return Outcome.DONE;
        };
  }

  /** A failure ends the measurement, and the pool rolls back the open transaction. */
  private static Operation transaction(DataSource pool, Work work) {
    return (Operation.Blocking)
        call -> {
          try (Connection connection = pool.getConnection()) {
            work.run(connection, call);
            connection.commit();
          }
          return Outcome.DONE;
        };
  }

  private static void pointSelect(Connection connection, Call call) throws SQLException {
    int id = Statements.point(call);
    expectValue((long) id * Statements.VALUE_FACTOR, select(connection, POINT_SELECT, id));
  }

  private static void fiveStatements(Connection connection, Call call) throws SQLException {
    int origin = Statements.account(call);
    int destination = Statements.otherAccount(call);
    try (PreparedStatement five = connection.prepareStatement(FIVE_STATEMENTS)) {
      five.setInt(1, origin);
      five.setInt(2, 1);
      five.setInt(3, origin);
      five.setInt(4, 1);
      five.setInt(5, destination);
      five.setObject(6, Statements.key(call, 0));
      five.setInt(7, origin);
      five.setInt(8, destination);
      five.setInt(9, 1);
      five.setInt(10, destination);
      five.execute();
      expectValue(call.caller(), value(five));
      for (int update = 0; update < 3; update++) {
        five.getMoreResults();
        expectRows(1, five.getUpdateCount());
      }
      five.getMoreResults();
      value(five);
    }
  }

  private static int value(PreparedStatement executed) throws SQLException {
    try (ResultSet rows = executed.getResultSet()) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static void fiveDependent(Connection connection, Call call) throws SQLException {
    int origin = Statements.account(call);
    int destination = Statements.otherAccount(call);
    expectValue(call.caller(), select(connection, OWNER, origin));
    change(connection, WITHDRAW, origin);
    change(connection, DEPOSIT, destination);
    try (PreparedStatement transfer = connection.prepareStatement(TRANSFER)) {
      transfer.setObject(1, Statements.key(call, 0));
      transfer.setInt(2, origin);
      transfer.setInt(3, destination);
      transfer.setInt(4, 1);
      expectRows(1, transfer.executeUpdate());
    }
    var unused = select(connection, BALANCE, destination);
  }

  private static void batch(Connection connection, Call call) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(EVENT)) {
      for (int row = 0; row < Statements.BATCH_ROWS; row++) {
        insert.setObject(1, Statements.key(call, row));
        insert.setInt(2, call.caller());
        insert.setString(3, Statements.PAYLOAD);
        insert.addBatch();
      }
      long inserted = 0;
      for (int count : insert.executeBatch()) {
        inserted += count;
      }
      expectRows(Statements.BATCH_ROWS, inserted);
    }
  }

  private static int select(Connection connection, String sql, int id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setInt(1, id);
      try (ResultSet rows = select.executeQuery()) {
        rows.next();
        return rows.getInt(1);
      }
    }
  }

  private static void change(Connection connection, String sql, int account) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      update.setInt(1, 1);
      update.setInt(2, account);
      expectRows(1, update.executeUpdate());
    }
  }

  private static Operation hotRow(DataSource pool, ConflictPolicy policy, LongAdder attempts) {
    return (Operation.Blocking)
        call -> {
          for (int attempt = 1; ; attempt++) {
            attempts.increment();
            if (increment(pool)) {
              return Outcome.DONE;
            }
            if (attempt == ConflictPolicy.OFFICIAL_ATTEMPTS) {
              return Outcome.GAVE_UP;
            }
            Thread.sleep(policy.pauseMillis(attempt, call.random()));
          }
        };
  }

  /** Returns whether it was committed; false if it lost a conflict. */
  private static boolean increment(DataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      try (Statement statement = connection.createStatement()) {
        expectRows(1, statement.executeUpdate(Statements.INCREMENT));
        connection.commit();
        return true;
      } catch (SQLException e) {
        connection.rollback();
        if (Statements.SERIALIZATION_FAILURE.equals(e.getSQLState())) {
          return false;
        }
        throw e;
      }
    }
  }
}
