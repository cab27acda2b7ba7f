package io.github.dsqljava.benchmarks.jmh;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.spi.pool.AsyncPool;
import io.github.dsqljava.spi.pool.Lease;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import reactor.core.publisher.Mono;

/**
 * A connection is taken from a pool in which all are idle, and given back: what the pool itself
 * costs, with connections that do nothing. Vert.x's pool cannot be had without a network.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WarmPoolBenchmark {
  private static final int SIZE = 10;
  private static final Logger HIKARI_LOG = Logger.getLogger("com.zaxxer.hikari");
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final AsyncPool<Object> ours =
      new AsyncPool<>(
          "none",
          PoolPolicy.builder().minSize(SIZE).maxSize(SIZE).build(),
          new IdleConnections.Source(),
          new IdleConnections.Timers(),
          ConnectRate.of(1_000, 1_000),
          new Random(1),
          PoolListener.NONE);
  private final HikariDataSource hikari = new HikariDataSource(hikariConfig());
  private final ConnectionPool r2dbc =
      new ConnectionPool(
          ConnectionPoolConfiguration.builder(IdleConnections.connectionFactory())
              .initialSize(SIZE)
              .maxSize(SIZE)
              .build());

  private static HikariConfig hikariConfig() {
    HIKARI_LOG.setLevel(Level.OFF); // it announces each pool
    HikariConfig config = new HikariConfig();
    config.setDataSource(IdleConnections.dataSource());
    config.setMaximumPoolSize(SIZE);
    return config;
  }

  /** Fills the pools. */
  @Setup
  public void fill() {
    ours.start();
    r2dbc.warmup().block(TIMEOUT);
  }

  /** Closes the pools. */
  @TearDown
  public void close() {
    ours.close(Duration.ZERO).join();
    hikari.close();
    r2dbc.disposeLater().block(TIMEOUT);
  }

  /** This project's. */
  @Benchmark
  public boolean asyncPool() {
    Lease<Object> lease = ours.acquire(null, TIMEOUT).join();
    return lease.release();
  }

  /** HikariCP. */
  @Benchmark
  public boolean hikariCp() throws SQLException {
    try (Connection connection = hikari.getConnection()) {
      return connection != null;
    }
  }

  /** r2dbc-pool. */
  @Benchmark
  public boolean r2dbcPool() {
    return Boolean.TRUE.equals(
        Mono.usingWhen(
                r2dbc.create(), connection -> Mono.just(true), io.r2dbc.spi.Connection::close)
            .block());
  }
}
