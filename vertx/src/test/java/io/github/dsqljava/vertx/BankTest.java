package io.github.dsqljava.vertx;

import static io.github.dsqljava.vertx.LocalCluster.await;
import static io.github.dsqljava.vertx.LocalCluster.config;
import static io.github.dsqljava.vertx.LocalCluster.execute;
import static io.github.dsqljava.vertx.LocalCluster.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.local.CommitConflict;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.LoginRefusal;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.testsupport.FaultRelay;
import io.github.dsqljava.testsupport.FaultRelay.Direction;
import io.github.dsqljava.testsupport.FaultRelay.Fault;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Money is moved between accounts by many clients at once, while the network and the cluster fail
 * at random. Afterwards the books must balance with what the clients were told.
 */
@SuppressWarnings("InterruptedExceptionSwallowed")
class BankTest {
  private static final int CLIENTS = 32;
  private static final int TRANSFERS = Integer.getInteger("bank.transfers", 5_000);

  /** Few enough that some transfer in four or five meets another one. */
  private static final int ACCOUNTS = 500;

  private static final int OPENING_BALANCE = 1_000;
  private static final int TRANSFERS_PER_CLUSTER_FAULT = 100;
  private static final double NETWORK_FAULT_PROBABILITY = 0.002;

  private final long seed = Long.getLong("bank.seed", System.nanoTime());
  private final SplittableRandom seeds = new SplittableRandom(seed);
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger attempts = new AtomicInteger();
  private final Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
  private final Set<UUID> unknown = ConcurrentHashMap.newKeySet();
  private final ConcurrentMap<UUID, String> failed = new ConcurrentHashMap<>();

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void transfers_underFaults_theBooksBalance() throws Exception {
    System.out.println("bank: seed " + seed + " (repeat with -Dbank.seed=" + seed + ")");
    long start = System.nanoTime();
    try (DsqlLocal cluster = DsqlLocal.start();
        FaultRelay relay = FaultRelay.start(cluster.port())) {
      DsqlConnector direct = DsqlConnector.create(config(cluster).build());
      openAccounts(await(direct.connect()));
      DsqlConnector connector =
          DsqlConnector.create(
              config(cluster).port(relay.port()).connectTimeout(Duration.ofSeconds(2)).build());
      DsqlPool pool =
          connector.pool(
              PoolSettings.builder()
                  .maxSize(CLIENTS)
                  .retryPolicy(RetryPolicy.builder().maxAttempts(20).maxOtherFailures(20).build())
                  .build());
      relay.startRandom(
          NETWORK_FAULT_PROBABILITY,
          List.of(new Fault.Cut(), new Fault.Reset(), new Fault.HalfWrite(20)),
          seeds.nextLong());
      List<Future<Void>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(client(pool, cluster, relay, seeds.split()));
      }
      Future.join(clients).toCompletionStage().toCompletableFuture().get(4, TimeUnit.MINUTES);
      relay.stopRandom();
      relay.disarm();
      cluster.faults().clear();
      assertThat(pool.stats().leased()).as("connections that were not given back").isZero();
      await(connector.close());
      audit(await(direct.connect())); // a new one: faults have cut all there were
      System.out.printf(
          "bank: %d transfers in %d s: %d acknowledged, %d unknown, %d rolled back; %d attempts;"
              + " %d network faults%n",
          TRANSFERS,
          TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start),
          acknowledged.size(),
          unknown.size(),
          failed.size(),
          attempts.get(),
          relay.strikes());
      await(direct.close());
    }
  }

  private static void openAccounts(SqlConnection auditor) throws Exception {
    execute(auditor, "CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL)");
    execute(
        auditor,
        "CREATE TABLE transfer (id uuid PRIMARY KEY, debtor int NOT NULL, creditor int NOT NULL,"
            + " amount int NOT NULL)");
    execute(
        auditor,
        "INSERT INTO account SELECT n, "
            + OPENING_BALANCE
            + " FROM generate_series(1, "
            + ACCOUNTS
            + ") n");
  }

  /** One transfer after the other, until all are begun. Never fails. */
  private Future<Void> client(
      DsqlPool pool, DsqlLocal cluster, FaultRelay relay, SplittableRandom random) {
    int number = begun.incrementAndGet();
    if (number > TRANSFERS) {
      return Future.succeededFuture();
    }
    if (number % TRANSFERS_PER_CLUSTER_FAULT == 0) {
      breakSomething(cluster, relay, number / TRANSFERS_PER_CLUSTER_FAULT);
    }
    UUID id = new UUID(random.nextLong(), random.nextLong());
    int debtor = random.nextInt(1, ACCOUNTS + 1);
    int creditor = 1 + (debtor + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
    int amount = random.nextInt(1, 10);
    return pool.inTransaction(
            TransactionOptions.builder().deadline(Duration.ofSeconds(5)).build(),
            connection -> transfer(connection, id, debtor, creditor, amount))
        .transform(
            done -> {
              note(id, done.succeeded() ? null : done.cause());
              return Future.<Void>succeededFuture();
            })
        // A new stack for each: there are many.
        .compose(done -> Future.future(p -> next(p, pool, cluster, relay, random)));
  }

  private void next(
      Promise<Void> promise,
      DsqlPool pool,
      DsqlLocal cluster,
      FaultRelay relay,
      SplittableRandom random) {
    Vertx.currentContext()
        .runOnContext(v -> client(pool, cluster, relay, random).onComplete(promise));
  }

  private Future<Void> transfer(
      SqlConnection connection, UUID id, int debtor, int creditor, int amount) {
    attempts.incrementAndGet();
    Future<?> entry =
        connection
            .preparedQuery("INSERT INTO transfer VALUES ($1, $2, $3, $4)")
            .execute(Tuple.of(id, debtor, creditor, amount));
    Future<?> debit = add(connection, debtor, -amount);
    Future<?> credit = add(connection, creditor, amount);
    return Future.all(entry, debit, credit).mapEmpty();
  }

  private static Future<?> add(SqlConnection connection, int account, int amount) {
    return connection
        .preparedQuery("UPDATE account SET balance = balance + $1 WHERE id = $2")
        .execute(Tuple.of(amount, account));
  }

  private void note(UUID id, Throwable failure) {
    if (failure == null) {
      acknowledged.add(id);
    } else if (failure instanceof CommitOutcomeUnknownException) {
      unknown.add(id);
    } else {
      failed.put(id, failure.toString());
    }
  }

  private static void breakSomething(DsqlLocal cluster, FaultRelay relay, int number) {
    var faults = cluster.faults();
    switch (number % 9) {
      case 0 -> faults.conflictCommits(3, CommitConflict.DATA);
      case 1 -> faults.conflictCommits(2, CommitConflict.SCHEMA);
      case 2 -> faults.loseCommitAnswers(2);
      case 3 -> faults.cutBeforeCommit(2);
      case 4 -> faults.unavailableAtCommit(1, number % 2 == 0);
      case 5 -> faults.unavailableAtStatement(2);
      case 6 -> faults.conflictBegins(3);
      case 7 -> faults.refuseLogins(2, LoginRefusal.RATE_EXCEEDED);
      default -> {
        if (number % 45 == 8) {
          faults.cutConnections();
        } else {
          var unused = relay.armNext(new Fault.Stall(), Direction.SERVER_TO_CLIENT);
        }
      }
    }
  }

  /** The server may still have something under way when the last client has been told. */
  private static void awaitTheLastOfTheOthers(SqlConnection auditor) throws Exception {
    String others =
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'admin' AND pid <> pg_backend_pid()";
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!value(auditor, others).equals("0")) {
      assertThat(System.nanoTime()).as("others have gone").isLessThan(deadline);
    }
  }

  private void audit(SqlConnection auditor) throws Exception {
    awaitTheLastOfTheOthers(auditor);
    Set<UUID> booked = new HashSet<>();
    int[] balances = new int[ACCOUNTS + 1];
    for (Row row : await(auditor.query("SELECT * FROM transfer").execute())) {
      assertThat(booked.add(row.getUUID("id"))).as("booked once").isTrue();
      balances[row.getInteger("debtor")] -= row.getInteger("amount");
      balances[row.getInteger("creditor")] += row.getInteger("amount");
    }
    assertThat(booked).as("every acknowledged transfer").containsAll(acknowledged);
    assertThat(booked)
        .as("no transfer that was reported as rolled back")
        .noneMatch(failed::containsKey);
    Set<UUID> lost = new HashSet<>(unknown);
    lost.retainAll(booked);
    assertThat(booked).hasSize(acknowledged.size() + lost.size());
    int sum = 0;
    for (Row row : await(auditor.query("SELECT id, balance FROM account").execute())) {
      sum += row.getInteger("balance");
      assertThat(row.getInteger("balance"))
          .as("account " + row.getInteger("id") + " is the sum of its transfers")
          .isEqualTo(OPENING_BALANCE + balances[row.getInteger("id")]);
    }
    assertThat(sum).isEqualTo(ACCOUNTS * OPENING_BALANCE);
    assertThat(acknowledged.size() + unknown.size() + failed.size()).isEqualTo(TRANSFERS);
    // Otherwise this would be no test.
    assertThat(acknowledged).hasSizeGreaterThan(TRANSFERS * 9 / 10);
    assertThat(unknown).as("lost answers").isNotEmpty();
    assertThat(attempts.get()).as("conflicts and lost connections").isGreaterThan(TRANSFERS);
    System.out.printf(
        "bank: of %d unknown transfers %d are booked; rolled back: %s%n",
        unknown.size(), lost.size(), summary(failed));
  }

  private static Map<String, Long> summary(Map<UUID, String> failures) {
    return failures.values().stream()
        .collect(
            Collectors.groupingBy(
                text -> text.substring(0, Math.min(60, text.length())), Collectors.counting()));
  }
}
