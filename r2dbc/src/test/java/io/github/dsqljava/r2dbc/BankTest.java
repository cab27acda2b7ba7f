package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static io.github.dsqljava.r2dbc.LocalCluster.values;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.testsupport.FaultRelay.Fault;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Transfers while the network fails at random and subscribers cancel: no money comes or goes. */
class BankTest {
  private static final int ACCOUNTS = 20;
  private static final int CALLERS = 8;
  private static final int START = 1_000;
  private static final Duration TIME = Duration.ofSeconds(6);

  private final Set<Integer> committed = ConcurrentHashMap.newKeySet();
  private final Set<Integer> rolledBack = ConcurrentHashMap.newKeySet();
  private final Set<Integer> unknown = ConcurrentHashMap.newKeySet();
  private final AtomicInteger nextId = new AtomicInteger();

  private static Mono<Long> transfer(PostgresqlConnection connection, int id, int from, int to) {
    return LocalCluster.execute(
            connection, "UPDATE account SET balance = balance - 1 WHERE id = $1", from)
        .then(
            LocalCluster.execute(
                connection, "UPDATE account SET balance = balance + 1 WHERE id = $1", to))
        .then(LocalCluster.execute(connection, "INSERT INTO ledger VALUES ($1)", id));
  }

  private Mono<Void> one(DsqlR2dbc dsql, Random random) {
    return Mono.defer(
        () -> {
          int id = nextId.incrementAndGet();
          int from = random.nextInt(ACCOUNTS);
          int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
          Mono<Void> run =
              dsql.inTransaction(connection -> transfer(connection, id, from, to))
                  .then(Mono.fromRunnable(() -> committed.add(id)))
                  .then()
                  .onErrorResume(
                      failure -> {
                        (failure instanceof CommitOutcomeUnknownException ? unknown : rolledBack)
                            .add(id);
                        return Mono.empty();
                      });
          // Of what is cancelled, nothing is claimed; only that it is all or nothing.
          return random.nextInt(10) == 0
              ? run.timeout(Duration.ofMillis(random.nextInt(20)), Mono.empty())
              : run;
        });
  }

  @Test
  void chaos_keepsTheSum_andEveryClaimIsTrue() {
    long seed = System.nanoTime();
    System.out.println("BankTest seed " + seed);
    try (DsqlLocal cluster = DsqlLocal.start();
        FaultRelay relay = FaultRelay.start(cluster.port())) {
      DsqlR2dbc direct = DsqlR2dbc.of(config(cluster).build());
      execute(direct, "CREATE TABLE account (id int PRIMARY KEY, balance int)");
      direct.expireConnections();
      execute(direct, "CREATE TABLE ledger (id int PRIMARY KEY)");
      direct.expireConnections();
      await(
          direct.executeMany(
              "INSERT INTO account VALUES ($1, $2)",
              IntStream.range(0, ACCOUNTS).mapToObj(i -> List.of(i, START)).toList()));
      DsqlR2dbc dsql =
          DsqlR2dbc.of(
              config(cluster).port(relay.port()).connectTimeout(Duration.ofSeconds(2)).build(),
              R2dbcSettings.builder().maxSize(CALLERS / 2).build());
      relay.startRandom(
          0.02, List.of(new Fault.Cut(), new Fault.Reset(), new Fault.HalfWrite(7)), seed);
      long end = System.nanoTime() + TIME.toNanos();
      long latest = System.nanoTime() + 8 * TIME.toNanos(); // on a machine that is busy
      await(
          Flux.range(0, CALLERS)
              .flatMap(
                  caller ->
                      one(dsql, new Random(seed + caller))
                          .repeat(
                              () ->
                                  System.nanoTime() < end
                                      || relay.strikes() < 5 && System.nanoTime() < latest)
                          .then())
              .then()
              .timeout(Duration.ofSeconds(90)));
      relay.stopRandom();
      assertThat(relay.strikes()).as("faults").isPositive();
      LocalCluster.until("all are back", () -> dsql.stats().leased() == 0);
      await(dsql.close());
      LocalCluster.until("the cluster has noticed", () -> cluster.openConnections() <= 2);

      Set<Integer> there = new HashSet<>();
      values(direct, "SELECT id FROM ledger").forEach(id -> there.add(Integer.valueOf(id)));
      assertThat(values(direct, "SELECT sum(balance) FROM account"))
          .containsExactly(String.valueOf(ACCOUNTS * START));
      assertThat(there).as("committed, seed " + seed).containsAll(committed);
      assertThat(rolledBack).as("seed " + seed).noneMatch(there::contains);
      assertThat(committed).hasSizeGreaterThan(10);
      System.out.println(
          committed.size()
              + " committed, "
              + rolledBack.size()
              + " rolled back, "
              + unknown.size()
              + " unknown, "
              + relay.strikes()
              + " faults");
      await(direct.close());
    }
  }
}
