package io.github.dsqljava.benchmarks.peer;

import static io.github.dsqljava.benchmarks.peer.Statements.expectRows;
import static io.github.dsqljava.benchmarks.peer.Statements.expectValue;

import io.github.dsqljava.benchmarks.load.Call;
import io.github.dsqljava.benchmarks.load.Operation;
import io.github.dsqljava.benchmarks.load.Outcome;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The cases for the clients that have Vert.x's API. */
final class VertxOperations {
  private VertxOperations() {}

  /** Runs a function in a transaction of a client. */
  @FunctionalInterface
  interface Transactions {
    Future<Outcome> run(Function<SqlConnection, Future<Outcome>> work);
  }

  static Operation of(Function<Call, Future<Outcome>> operation) {
    return (Operation.Async)
        (call, done) ->
            operation.apply(call).onComplete((outcome, failure) -> done.accept(outcome, failure));
  }

  static Operation connect(Supplier<Future<? extends SqlConnection>> connect) {
    return of(
        call ->
            connect
                .get()
                .compose(
                    connection ->
                        connection
                            .query(Statements.FIRST_ROW)
                            .execute()
                            .compose(
                                rows -> {
                                  call.measured();
                                  expectValue(1, rows.iterator().next().getInteger(0));
                                  return connection.close().map(Outcome.DONE);
                                })));
  }

  static Operation pointSelect(SqlClient client) {
    return of(
        call -> {
          int id = Statements.point(call);
          return client
              .preparedQuery(Statements.POINT_SELECT)
              .execute(Tuple.of(id))
              .map(
                  rows -> {
                    expectValue((long) id * Statements.VALUE_FACTOR, integer(rows));
                    return Outcome.DONE;
                  });
        });
  }

  static Operation writeTransaction(Transactions transactions) {
    return of(
        call -> {
          int account = Statements.account(call);
          return transactions.run(
              connection -> change(connection, Statements.DEPOSIT, account).map(Outcome.DONE));
        });
  }

  static Operation fiveStatements(Transactions transactions) {
    return of(
        call -> {
          int origin = Statements.account(call);
          int destination = Statements.otherAccount(call);
          Tuple transfer = transfer(call, origin, destination);
          return transactions.run(
              connection ->
                  Future.all(
                          owner(connection, call, origin),
                          change(connection, Statements.WITHDRAW, origin),
                          change(connection, Statements.DEPOSIT, destination),
                          insert(connection, transfer),
                          balance(connection, destination))
                      .map(Outcome.DONE));
        });
  }

  static Operation fiveDependent(Transactions transactions) {
    return of(
        call -> {
          int origin = Statements.account(call);
          int destination = Statements.otherAccount(call);
          Tuple transfer = transfer(call, origin, destination);
          return transactions.run(
              connection ->
                  owner(connection, call, origin)
                      .compose(done -> change(connection, Statements.WITHDRAW, origin))
                      .compose(done -> change(connection, Statements.DEPOSIT, destination))
                      .compose(done -> insert(connection, transfer))
                      .compose(done -> balance(connection, destination))
                      .map(Outcome.DONE));
        });
  }

  static Operation batch(SqlClient client) {
    return of(call -> insertAll(client, events(call)).map(Outcome.DONE));
  }

  static Operation batchTransaction(Transactions transactions) {
    return of(
        call -> {
          List<Tuple> events = events(call);
          return transactions.run(connection -> insertAll(connection, events).map(Outcome.DONE));
        });
  }

  /** Adds one to the hot row. */
  static Future<Outcome> increment(SqlConnection connection) {
    return connection
        .query(Statements.INCREMENT)
        .execute()
        .map(
            rows -> {
              expectRows(1, rows.rowCount());
              return Outcome.DONE;
            });
  }

  static List<Tuple> events(Call call) {
    return IntStream.range(0, Statements.BATCH_ROWS)
        .mapToObj(row -> Tuple.of(Statements.key(call, row), call.caller(), Statements.PAYLOAD))
        .toList();
  }

  private static Future<Void> insertAll(SqlClient client, List<Tuple> events) {
    return client
        .preparedQuery(Statements.EVENT)
        .executeBatch(events)
        .map(
            first -> {
              long rows = 0;
              for (RowSet<Row> each = first; each != null; each = each.next()) {
                rows += each.rowCount();
              }
              expectRows(Statements.BATCH_ROWS, rows);
              return null;
            });
  }

  private static Future<Void> owner(SqlConnection connection, Call call, int account) {
    return connection
        .preparedQuery(Statements.OWNER)
        .execute(Tuple.of(account))
        .map(
            rows -> {
              expectValue(call.caller(), integer(rows));
              return null;
            });
  }

  private static Future<Integer> balance(SqlConnection connection, int account) {
    return connection
        .preparedQuery(Statements.BALANCE)
        .execute(Tuple.of(account))
        .map(VertxOperations::integer);
  }

  private static Future<Void> change(SqlConnection connection, String update, int account) {
    return one(connection.preparedQuery(update).execute(Tuple.of(1, account)));
  }

  private static Tuple transfer(Call call, int origin, int destination) {
    return Tuple.of(Statements.key(call, 0), origin, destination, 1);
  }

  private static Future<Void> insert(SqlConnection connection, Tuple transfer) {
    return one(connection.preparedQuery(Statements.TRANSFER).execute(transfer));
  }

  private static Future<Void> one(Future<RowSet<Row>> changed) {
    return changed.map(
        rows -> {
          expectRows(1, rows.rowCount());
          return null;
        });
  }

  private static int integer(RowSet<Row> rows) {
    return rows.iterator().next().getInteger(0);
  }
}
