package io.github.dsqljava.benchmarks.peer;

import static io.github.dsqljava.benchmarks.peer.Statements.expectRows;
import static io.github.dsqljava.benchmarks.peer.Statements.expectValue;

import io.github.dsqljava.benchmarks.load.Call;
import io.github.dsqljava.benchmarks.load.Operation;
import io.github.dsqljava.benchmarks.load.Outcome;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The cases in R2DBC's terms, for connections of any peer. */
final class R2dbcOperations {

  /** Runs a function in a transaction. */
  @FunctionalInterface
  interface Transactions {
    Mono<Void> run(Function<Connection, Mono<Void>> work);
  }

  private R2dbcOperations() {}

  /** The operation of a case, on a pool, with its own way of running a transaction. */
  static Operation operation(
      BenchmarkCase benchmark, ConnectionFactory pool, Transactions transactions) {
    return switch (benchmark) {
      case CONNECT, HOT_ROW -> throw new IllegalArgumentException(benchmark.id());
      case POINT_SELECT ->
          of(call -> autocommit(pool, connection -> pointSelect(connection, call)));
      case WRITE_TRANSACTION ->
          of(
              call ->
                  transactions.run(
                      connection ->
                          change(connection, Statements.DEPOSIT, Statements.account(call))));
      case FIVE_STATEMENTS ->
          of(call -> transactions.run(connection -> Mono.when(five(connection, call))));
      case FIVE_DEPENDENT ->
          of(call -> transactions.run(connection -> Flux.concat(five(connection, call)).then()));
      case BATCH -> of(call -> autocommit(pool, connection -> batch(connection, call)));
      case BATCH_TRANSACTION -> of(call -> transactions.run(connection -> batch(connection, call)));
    };
  }

  static Operation of(Function<Call, Mono<Void>> operation) {
    return (Operation.Async)
        (call, done) ->
            operation
                .apply(call)
                .subscribe(
                    nothing -> {},
                    failure -> done.accept(null, failure),
                    () -> done.accept(Outcome.DONE, null));
  }

  static Operation connect(ConnectionFactory connections) {
    return of(
        call ->
            Mono.usingWhen(
                connections.create(),
                connection ->
                    integer(connection.createStatement(Statements.FIRST_ROW))
                        .doOnNext(
                            value -> {
                              call.measured();
                              expectValue(1, value);
                            })
                        .then(),
                Connection::close));
  }

  private static Mono<Void> autocommit(
      ConnectionFactory pool, Function<Connection, Mono<Void>> work) {
    return Mono.usingWhen(pool.create(), work, Connection::close);
  }

  private static Mono<Void> pointSelect(Connection connection, Call call) {
    int id = Statements.point(call);
    return integer(connection.createStatement(Statements.POINT_SELECT).bind("$1", id))
        .doOnNext(value -> expectValue((long) id * Statements.VALUE_FACTOR, value))
        .then();
  }

  private static Iterable<Publisher<Void>> five(Connection connection, Call call) {
    int origin = Statements.account(call);
    int destination = Statements.otherAccount(call);
    return List.of(
        integer(connection.createStatement(Statements.OWNER).bind("$1", origin))
            .doOnNext(owner -> expectValue(call.caller(), owner))
            .then(),
        change(connection, Statements.WITHDRAW, origin),
        change(connection, Statements.DEPOSIT, destination),
        changed(
            1,
            connection
                .createStatement(Statements.TRANSFER)
                .bind("$1", Statements.key(call, 0))
                .bind("$2", origin)
                .bind("$3", destination)
                .bind("$4", 1)),
        integer(connection.createStatement(Statements.BALANCE).bind("$1", destination)).then());
  }

  static Mono<Void> batch(Connection connection, Call call) {
    Statement statement = connection.createStatement(Statements.EVENT);
    for (int row = 0; row < Statements.BATCH_ROWS; row++) {
      if (row > 0) {
        statement.add();
      }
      statement
          .bind("$1", Statements.key(call, row))
          .bind("$2", call.caller())
          .bind("$3", Statements.PAYLOAD);
    }
    return changed(Statements.BATCH_ROWS, statement);
  }

  private static Mono<Void> change(Connection connection, String update, int account) {
    return changed(1, connection.createStatement(update).bind("$1", 1).bind("$2", account));
  }

  private static Mono<Void> changed(int rows, Statement statement) {
    return Flux.from(statement.execute())
        .flatMap(Result::getRowsUpdated)
        .reduce(0L, Long::sum)
        .doOnNext(changed -> expectRows(rows, changed))
        .then();
  }

  private static Mono<Integer> integer(Statement statement) {
    return Flux.from(statement.execute())
        .flatMap(result -> result.map((row, metadata) -> value(row.get(0, Integer.class))))
        .single();
  }

  private static int value(@Nullable Integer value) {
    if (value == null) {
      throw new IllegalStateException("The answer was null");
    }
    return value;
  }
}
