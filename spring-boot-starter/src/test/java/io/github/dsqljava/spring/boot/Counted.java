package io.github.dsqljava.spring.boot;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import io.github.dsqljava.testsupport.FaultRelay.Fault;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * A cluster with three counters behind a relay that harms connections, and how often a transaction
 * has begun: what tests of blocking and of reactive retries share.
 */
final class Counted implements AutoCloseable {

  /** How often a method or a publisher has begun. */
  final AtomicInteger attempts = new AtomicInteger();

  final DsqlLocal cluster = DsqlLocal.start();
  final FaultRelay relay = FaultRelay.start(cluster.port());

  Counted() {
    Contexts.sql(cluster, "CREATE TABLE counters (id int PRIMARY KEY, value int NOT NULL)");
  }

  /**
   * pgjdbc, through the relay. With a token as its password: the URL's own finds the cluster by the
   * port.
   */
  String jdbcUrl() {
    return cluster
        .jdbcUrl()
        .replace(":" + cluster.port(), ":" + relay.port())
        .replaceFirst("&authenticationPluginClassName=.*", "");
  }

  /** That, as a data source without a pool. */
  DataSource dataSource() {
    return new DriverManagerDataSource(jdbcUrl(), "admin", cluster.token("admin"));
  }

  /** For the next test. */
  void reset() {
    relay.disarm();
    Contexts.sql(cluster, "DELETE FROM counters");
    Contexts.sql(cluster, "INSERT INTO counters VALUES (1, 0), (2, 0), (3, 0)");
    attempts.set(0);
  }

  /** Adds 100 to the first counter beside the transaction, so that it loses, so many times. */
  Runnable conflicts(int times) {
    return times(
        times, () -> Contexts.sql(cluster, "UPDATE counters SET value = value + 100 WHERE id = 1"));
  }

  /** Runs a task so many times, and nothing when it is called again. */
  static Runnable times(int times, Runnable task) {
    AtomicInteger left = new AtomicInteger(times);
    return () -> {
      if (left.getAndDecrement() > 0) {
        task.run();
      }
    };
  }

  /** Cuts the connection at the next message that way. */
  void cut(Direction direction) {
    var unused = relay.armNext(new Fault.Cut(), direction);
  }

  /** Cuts a connection at the next answer, and then another one at what a client sends next. */
  void cutBoth() {
    var unused =
        relay
            .armNext(new Fault.Cut(), Direction.SERVER_TO_CLIENT)
            .thenRun(() -> cut(Direction.CLIENT_TO_SERVER));
  }

  /** The first counter. */
  int value() {
    return Contexts.number(cluster, "SELECT value FROM counters WHERE id = 1");
  }

  @Override
  public void close() {
    relay.close();
    cluster.close();
  }
}
