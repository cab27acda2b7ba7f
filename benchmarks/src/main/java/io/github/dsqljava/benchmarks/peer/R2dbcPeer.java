package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.AuthToken;
import io.github.dsqljava.benchmarks.cluster.Target;
import io.github.dsqljava.spi.TokenSource;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.client.SSLMode;
import io.r2dbc.postgresql.client.SSLNegotiation;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** r2dbc-postgresql with r2dbc-pool: direct TLS, a token for each connection, no login queries. */
final class R2dbcPeer implements Peer {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Override
  public PeerRound open(RoundSettings settings) {
    TokenSource tokens = TokenSource.of(settings.target().config(settings.port()));
    ConnectionFactory connections = connections(settings, tokens);
    if (settings.benchmark() == BenchmarkCase.CONNECT) {
      return new PeerRound(
          R2dbcOperations.connect(connections), R2dbcPeer::start, new LongAdder(), tokens::close);
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
        R2dbcOperations.operation(settings.benchmark(), pool, work -> transaction(pool, work)),
        R2dbcPeer::start,
        new LongAdder(),
        () -> {
          try (tokens) {
            pool.disposeLater().block(LIMIT);
          }
        });
  }

  /** The first step; the others come on the event loops, where answers arrive. */
  static void start(int caller, Runnable step) {
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

  private static Mono<Void> transaction(
      ConnectionPool pool, Function<Connection, Mono<Void>> work) {
    return Mono.usingWhen(
        pool.create(),
        connection ->
            Mono.usingWhen(
                Mono.from(connection.beginTransaction()).thenReturn(connection),
                work,
                Connection::commitTransaction,
                (begun, failure) -> begun.rollbackTransaction(),
                Connection::rollbackTransaction),
        Connection::close);
  }

  @Override
  public void close() {
    // Its event loops are those of Reactor Netty for the whole JVM, on daemon threads.
  }
}
