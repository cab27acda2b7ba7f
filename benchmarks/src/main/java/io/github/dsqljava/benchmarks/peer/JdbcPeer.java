package io.github.dsqljava.benchmarks.peer;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.dsqljava.benchmarks.load.Starter;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** JDBC with HikariCP, and a thread for each caller. */
final class JdbcPeer implements Peer {
  private static final Duration FILL_LIMIT = Duration.ofSeconds(60);
  private static final Duration LIFETIME = Duration.ofMinutes(55);

  private final Function<RoundSettings, JdbcConnections> source;
  private final ThreadFactory threads;

  private JdbcPeer(Function<RoundSettings, JdbcConnections> source, ThreadKind threads) {
    this.source = source;
    this.threads = threads.threads();
  }

  static JdbcPeer pgjdbc(ThreadKind threads) {
    return new JdbcPeer(JdbcConnections::pgjdbc, threads);
  }

  static JdbcPeer official(ThreadKind threads) {
    return new JdbcPeer(JdbcConnections::official, threads);
  }

  @Override
  public PeerRound open(RoundSettings settings) {
    JdbcConnections connections = source.apply(settings);
    Starter starter = (caller, step) -> threads.newThread(step).start();
    LongAdder attempts = new LongAdder();
    if (settings.benchmark() == BenchmarkCase.CONNECT) {
      return new PeerRound(
          JdbcOperations.connect(connections::connect), starter, attempts, connections::close);
    }
    HikariDataSource pool = fullPool(connections, settings);
    return new PeerRound(
        JdbcOperations.of(settings.benchmark(), pool, settings.policy(), attempts),
        starter,
        attempts,
        () -> {
          try (connections;
              pool) {
            // Both.
          }
        });
  }

  private static HikariDataSource fullPool(JdbcConnections connections, RoundSettings settings) {
    HikariConfig config = connections.poolConfig();
    config.setMaximumPoolSize(settings.connections());
    config.setAutoCommit(JdbcOperations.autocommit(settings.benchmark()));
    config.setMaxLifetime(LIFETIME.toMillis());
    HikariDataSource pool = new HikariDataSource(config);
    long giveUp = System.nanoTime() + FILL_LIMIT.toNanos();
    while (pool.getHikariPoolMXBean().getIdleConnections() < settings.connections()) {
      if (System.nanoTime() - giveUp > 0) {
        pool.close();
        throw new IllegalStateException("The pool does not fill");
      }
      LockSupport.parkNanos(1_000_000);
    }
    return pool;
  }

  @Override
  public void close() {
    // Its threads end with the rounds.
  }
}
