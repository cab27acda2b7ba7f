package io.github.dsqljava.benchmarks.peer;

import static io.github.dsqljava.benchmarks.peer.Statements.expectRows;
import static io.github.dsqljava.benchmarks.peer.Statements.expectValue;

import io.github.dsqljava.AuthToken;
import io.github.dsqljava.benchmarks.cluster.Target;
import io.github.dsqljava.benchmarks.load.Call;
import io.github.dsqljava.benchmarks.load.Operation;
import io.github.dsqljava.benchmarks.load.Outcome;
import io.github.dsqljava.spi.TokenSource;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.client.SSLMode;
import io.r2dbc.postgresql.client.SSLNegotiation;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** r2dbc-postgresql with r2dbc-pool: direct TLS, a token for each connection, no login queries. */
final class R2dbcPeer implements Peer {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Override
  public PeerRound open(RoundSettings settings) {
    TokenSource tokens = TokenSource.of(settings.target().config(settings.port()));
    ConnectionFactory connections = connections(settings, tokens);
    if (settings.benchmark() == BenchmarkCase.CONNECT) {
      return new PeerRound(connect(connections), R2dbcPeer::start, new LongAdder(), tokens::close);
    }
    ConnectionPool pool =
        new ConnectionPool(
            ConnectionPoolConfiguration.builder(connections)
                .initialSize(settings.connections())
                .minIdle(settings.connections())
                .maxSize(settings.connections())
                .build());
    pool.warmup().block(LIMIT);
    return new PeerRound(
        operation(settings.benchmark(), pool),
        R2dbcPeer::start,
        new LongAdder(),
        () -> {
          try (tokens) {
            pool.disposeLater().block(LIMIT);
          }
        });
  }

  /** The first step; the others come on the event loops, where answers arrive. */
  private static void start(int caller, Runnable step) {
    step.run();
  }

  private static ConnectionFactory connections(RoundSettings settings, TokenSource tokens) {
    Target target = settings.target();
    Mono<CharSequence> password = Mono.fromCompletionStage(tokens::token).map(AuthToken::value);
    return new PostgresqlConnectionFactory(
        PostgresqlConnectionConfiguration.builder()
            .host(target.host())
            .port(settings.port())
            .username(Target.USER)
            .password(password)
            .database(Target.DATABASE)
            .sslMode(SSLMode.VERIFY_FULL)
            .sslNegotiation(SSLNegotiation.DIRECT)
            .sslRootCert(target.caFile().toString())
            .autodetectExtensions(false)
            .preparedStatementCacheQueries(256)
            .build());
  }

  private static Operation operation(BenchmarkCase benchmark, ConnectionPool pool) {
    return switch (benchmark) {
      case CONNECT, HOT_ROW -> throw new IllegalArgumentException(benchmark.id());
      case POINT_SELECT ->
          of(call -> autocommit(pool, connection -> pointSelect(connection, call)));
      case WRITE_TRANSACTION ->
          of(
              call ->
                  transaction(
                      pool,
                      connection ->
                          change(connection, Statements.DEPOSIT, Statements.account(call))));
      case FIVE_STATEMENTS ->
          of(call -> transaction(pool, connection -> Mono.when(five(connection, call))));
      case FIVE_DEPENDENT ->
          of(call -> transaction(pool, connection -> Flux.concat(five(connection, call)).then()));
      case BATCH -> of(call -> autocommit(pool, connection -> batch(connection, call)));
      case BATCH_TRANSACTION ->
          of(call -> transaction(pool, connection -> batch(connection, call)));
    };
  }

  private static Operation of(Function<Call, Mono<Void>> operation) {
    return (Operation.Async)
        (call, done) ->
            operation
                .apply(call)
                .subscribe(
                    nothing -> {},
                    failure -> done.accept(null, failure),
                    () -> done.accept(Outcome.DONE, null));
  }

  private static Operation connect(ConnectionFactory connections) {
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

  private static Mono<Void> autocommit(ConnectionPool pool, Function<Connection, Mono<Void>> work) {
    return Mono.usingWhen(pool.create(), work, Connection::close);
  }

  private static Mono<Void> transaction(
      ConnectionPool pool, Function<Connection, Mono<Void>> work) {
    return autocommit(
        pool,
        connection ->
            Mono.usingWhen(
                Mono.from(connection.beginTransaction()).thenReturn(connection),
                work,
                Connection::commitTransaction,
                (begun, failure) -> begun.rollbackTransaction(),
                Connection::rollbackTransaction));
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

  private static Mono<Void> batch(Connection connection, Call call) {
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

  @Override
  public void close() {
    // Its event loops are those of Reactor Netty for the whole JVM, on daemon threads.
  }
}
