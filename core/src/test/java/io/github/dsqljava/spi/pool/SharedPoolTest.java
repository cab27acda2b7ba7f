package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.ClosedException;
import io.github.dsqljava.PoolBusyException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many callers on few connections, in virtual time. */
class SharedPoolTest {
  private static final int MOST = 3;

  private final List<String> usage = new ArrayList<>();
  private final List<Throwable> refused = new ArrayList<>();
  private int served;
  private PoolFixture fixture;
  private SharedPool<SimulatedConnection> shared;

  @SuppressWarnings("NullAway.Init")
  SharedPoolTest() {}

  private void pool(UnaryOperator<PoolPolicy.Builder> policy) {
    fixture = PoolFixture.of(policy);
    shared =
        new SharedPool<>(
            fixture.pool,
            fixture.time,
            fixture.source::suits,
            MOST,
            new SharedPool.Usage<>() {
              @Override
              public void begins(SimulatedConnection connection) {
                connection.take();
                usage.add("+" + connection.number);
              }

              @Override
              public void ends(SimulatedConnection connection) {
                connection.give();
                usage.add("-" + connection.number);
              }
            },
            new PoolListener() {
              @Override
              public void acquired(Duration waited) {
                served++;
              }

              @Override
              public void acquireFailed(Throwable failure, Duration waited) {
                refused.add(failure);
              }
            });
    fixture.pool.start();
  }

  private CompletableFuture<Share<SimulatedConnection>> ask() {
    return shared.acquire(null, PoolFixture.PATIENCE);
  }

  private List<CompletableFuture<Share<SimulatedConnection>>> ask(int callers) {
    return IntStream.range(0, callers).mapToObj(i -> ask()).toList();
  }

  private static int number(CompletableFuture<Share<SimulatedConnection>> caller) {
    assertThat(caller).isCompleted();
    return caller.join().connection().number;
  }

  private static List<Integer> numbers(List<CompletableFuture<Share<SimulatedConnection>>> all) {
    return all.stream().map(SharedPoolTest::number).toList();
  }

  private static Throwable failure(CompletableFuture<?> caller) {
    assertThat(caller).isCompletedExceptionally();
    return caller.handle((value, failure) -> failure).join();
  }

  @Test
  void callers_areSpreadOverAllConnections_theLeastUsedFirst() {
    pool(policy -> policy.minSize(2).maxSize(2));
    fixture.millis(100);
    List<Integer> numbers = numbers(ask(4));
    assertThat(numbers).filteredOn(number -> number == 0).hasSize(2);
    assertThat(served).isEqualTo(4);
    assertThat(shared.stats().leased()).isEqualTo(2);
    assertThat(usage).hasSize(2);
  }

  @Test
  void ofEquallyUsedConnections_theOneThatSuits() {
    pool(policy -> policy.maxSize(2));
    fixture.source.openTime = () -> Duration.ZERO;
    Share<SimulatedConnection> a = shared.acquire("a", PoolFixture.PATIENCE).join();
    Share<SimulatedConnection> b = shared.acquire("b", PoolFixture.PATIENCE).join();
    assertThat(List.of(a.connection().preference, b.connection().preference))
        .isEqualTo(List.of("a", "b"));
    assertThat(shared.acquire("b", PoolFixture.PATIENCE).join().connection())
        .isSameAs(b.connection());
    assertThat(shared.acquire("b", PoolFixture.PATIENCE).join().connection())
        .isSameAs(a.connection());
  }

  @Test
  void caller_doesNotWaitForAnOpening_whileAConnectionHasRoom() {
    pool(policy -> policy.maxSize(2));
    CompletableFuture<Share<SimulatedConnection>> first = ask();
    fixture.millis(100);
    assertThat(number(first)).isZero();
    assertThat(number(ask())).as("shares, and asks for another").isZero();
    assertThat(fixture.source.opening).isEqualTo(1);
    fixture.millis(100);
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
    assertThat(number(ask())).isEqualTo(1);
  }

  @Test
  void full_callersWaitInOrder_andAreServedByTheFirstPlace() {
    pool(policy -> policy.maxSize(1));
    List<CompletableFuture<Share<SimulatedConnection>>> first = ask(MOST);
    List<CompletableFuture<Share<SimulatedConnection>>> late = ask(2);
    fixture.millis(100);
    assertThat(first).allMatch(CompletableFuture::isDone);
    assertThat(late).noneMatch(CompletableFuture::isDone);
    assertThat(shared.stats().waiting()).isEqualTo(2);
    first.get(1).join().release();
    first.get(1).join().release(); // ends nothing more
    assertThat(late.get(0)).isDone();
    assertThat(late.get(1)).isNotDone();
    first.get(0).join().release();
    assertThat(late.get(1)).isDone();
    assertThat(shared.stats().waiting()).isZero();
    assertThat(fixture.pool.stats().waiting()).as("nor are they in the pool's queue").isZero();
    assertThat(shared.stats().acquired()).isEqualTo(5);
  }

  @Test
  void lastUseEnds_connectionGoesBackToThePool() {
    pool(policy -> policy.maxSize(1));
    List<CompletableFuture<Share<SimulatedConnection>>> callers = ask(2);
    fixture.millis(100);
    callers.get(0).join().release();
    assertThat(fixture.pool.stats().leased()).isEqualTo(1);
    callers.get(1).join().release();
    assertThat(fixture.pool.stats().idle()).isEqualTo(1);
    assertThat(usage).containsExactly("+0", "-0");
    fixture.cluster.assertNoFaults();
  }

  @Test
  void tooMany_refusedAtOnce_andLateOnesInTime() {
    pool(policy -> policy.maxSize(1).maxWaiting(1));
    var unused = ask();
    fixture.millis(100);
    var shares = ask(MOST - 1);
    assertThat(shares).allMatch(CompletableFuture::isDone);
    CompletableFuture<Share<SimulatedConnection>> waiting = ask();
    assertThat(failure(ask()))
        .isInstanceOf(PoolBusyException.class)
        .hasMessageContaining("maxWaiting");
    fixture.seconds(10);
    assertThat(failure(waiting)).isInstanceOf(PoolTimeoutException.class);
    assertThat(shared.stats().timeouts()).isEqualTo(1);
    assertThat(shared.stats().waiting()).isZero();
    assertThat(refused).hasSize(2);
  }

  @Test
  void refusalThatConcernsEverybody_failsAllWhoWait() {
    pool(policy -> policy.maxSize(2));
    fixture.source.failNext(Failures.denied(), Failures.denied());
    List<CompletableFuture<Share<SimulatedConnection>>> callers = ask(5);
    fixture.millis(100);
    assertThat(callers).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThat(shared.stats().waiting()).isZero();
  }

  @Test
  void underLoad_connectionIsReplacedAtItsAge() {
    pool(policy -> policy.maxSize(1).maxLifetime(Duration.ofMinutes(10)));
    CompletableFuture<Share<SimulatedConnection>> open = ask();
    fixture.millis(100);
    for (int minute = 0; minute < 200; minute++) {
      fixture.minutes(1);
      CompletableFuture<Share<SimulatedConnection>> next = ask();
      fixture.seconds(1);
      assertThat(next.join().connection().age()).isLessThan(Duration.ofMinutes(11));
      open.join().release(); // it was never unused
      open = next;
    }
    assertThat(fixture.cluster.accepted).hasSizeBetween(18, 22);
    assertThat(fixture.cluster.transactionsCut).isZero();
    assertThat(fixture.cluster.notClosed()).hasSizeLessThanOrEqualTo(2);
    fixture.cluster.assertNoFaults();
  }

  @Test
  void tooOld_andNoneToBeHadInItsPlace_noFurtherUse() {
    pool(policy -> policy.maxSize(1).maxLifetime(Duration.ofMinutes(10)));
    var unused = ask();
    fixture.millis(100);
    fixture.cluster.refusal = Failures.server("53300", "too many");
    fixture.minutes(11);
    CompletableFuture<Share<SimulatedConnection>> late = ask();
    fixture.seconds(10);
    assertThat(failure(late)).isInstanceOf(PoolTimeoutException.class);
  }

  @Test
  void expired_noFurtherUse_andClosedAfterTheLast() {
    pool(policy -> policy.maxSize(1));
    CompletableFuture<Share<SimulatedConnection>> first = ask();
    fixture.millis(100);
    assertThat(fixture.pool.expireConnections()).isEqualTo(1);
    CompletableFuture<Share<SimulatedConnection>> second = ask();
    assertThat(second).isNotDone();
    fixture.millis(100);
    assertThat(number(second)).isEqualTo(1);
    assertThat(first.join().connection().isOpen()).isTrue();
    first.join().release();
    assertThat(first.join().connection().isOpen()).isFalse();
  }

  @Test
  void discarded_noFurtherUse_othersGoOn() {
    pool(policy -> policy.maxSize(1));
    List<CompletableFuture<Share<SimulatedConnection>>> callers = ask(2);
    fixture.millis(100);
    callers.get(0).join().discard();
    CompletableFuture<Share<SimulatedConnection>> next = ask();
    assertThat(next).isNotDone();
    assertThat(callers.get(1).join().connection().isOpen()).isTrue();
    callers.get(1).join().release();
    fixture.millis(100);
    assertThat(number(next)).isEqualTo(1);
  }

  @Test
  void lost_placesAreGivenOnAnotherConnection() {
    pool(policy -> policy.maxSize(1));
    CompletableFuture<Share<SimulatedConnection>> first = ask();
    fixture.millis(100);
    fixture.seconds(5);
    fixture.cluster.cutAll();
    CompletableFuture<Share<SimulatedConnection>> next = ask();
    fixture.millis(200);
    assertThat(number(next)).isEqualTo(1);
    first.join().discard();
    fixture.cluster.assertNoFaults();
  }

  @Test
  void alone_comesUnderLoad_andNobodySharesIt() {
    pool(policy -> policy.maxSize(2));
    List<CompletableFuture<Share<SimulatedConnection>>> busy = new ArrayList<>(ask(6));
    fixture.millis(100);
    CompletableFuture<Lease<SimulatedConnection>> alone =
        shared.acquireAlone(null, PoolFixture.PATIENCE);
    for (int i = 0; i < 20 && !alone.isDone(); i++) {
      busy.add(ask()); // as many as there ever are
      busy.remove(0).join().release();
    }
    assertThat(alone).isCompleted();
    int number = alone.join().connection().number;
    assertThat(busy.stream().filter(CompletableFuture::isDone).map(SharedPoolTest::number))
        .doesNotContain(number);
    assertThat(ask()).isNotDone();
    alone.join().release();
    assertThat(busy).allMatch(CompletableFuture::isDone);
  }

  @Test
  void alone_behindOneWhoShares_comesNext() {
    pool(policy -> policy.maxSize(1));
    List<CompletableFuture<Share<SimulatedConnection>>> busy = ask(MOST);
    CompletableFuture<Share<SimulatedConnection>> before = ask();
    fixture.millis(100);
    CompletableFuture<Lease<SimulatedConnection>> alone =
        shared.acquireAlone(null, PoolFixture.PATIENCE);
    busy.forEach(caller -> caller.join().release());
    assertThat(number(before)).isZero();
    assertThat(ask()).as("nobody joins any more").isNotDone();
    before.join().release();
    assertThat(alone).isCompleted();
  }

  @Test
  void alone_whenTheyAreMany_allAreServed() {
    pool(policy -> policy.maxSize(2));
    List<CompletableFuture<Share<SimulatedConnection>>> busy = new ArrayList<>(ask(4));
    fixture.millis(100);
    List<CompletableFuture<Lease<SimulatedConnection>>> alone =
        IntStream.range(0, 5)
            .mapToObj(i -> shared.acquireAlone(null, PoolFixture.PATIENCE))
            .toList();
    CompletableFuture<Share<SimulatedConnection>> shares = ask();
    busy.forEach(caller -> caller.join().release());
    for (CompletableFuture<Lease<SimulatedConnection>> caller : alone) {
      assertThat(caller).isCompleted();
      caller.join().release();
    }
    assertThat(shares).isCompleted();
    assertThat(shared.stats().waiting()).isZero();
    assertThat(shared.stats().acquired()).isEqualTo(10);
  }

  @Test
  void alone_givenUp_theConnectionsTakeOthersAgain() {
    pool(policy -> policy.maxSize(2));
    List<CompletableFuture<Share<SimulatedConnection>>> busy = ask(4);
    fixture.millis(100);
    CompletableFuture<Lease<SimulatedConnection>> alone =
        shared.acquireAlone(null, Duration.ofSeconds(1));
    List<CompletableFuture<Share<SimulatedConnection>>> more = ask(3);
    assertThat(more.get(1)).as("one connection is kept for it").isNotDone();
    fixture.seconds(2);
    assertThat(failure(alone)).isInstanceOf(PoolTimeoutException.class);
    assertThat(more.subList(0, 2)).as("six places in all").allMatch(CompletableFuture::isDone);
    assertThat(more.get(2)).isNotDone();
    busy.forEach(caller -> caller.join().release());
    fixture.cluster.assertNoFaults();
  }

  @Test
  void alone_servedByAnother_theConnectionKeptForItTakesOthersAgain() {
    pool(policy -> policy.maxSize(2));
    List<CompletableFuture<Share<SimulatedConnection>>> first = ask(1);
    fixture.millis(100);
    assertThat(first.get(0)).isCompleted();
    // The second one is being opened for it, but it is the first that takes nobody meanwhile.
    CompletableFuture<Lease<SimulatedConnection>> alone =
        shared.acquireAlone(null, PoolFixture.PATIENCE);
    assertThat(alone).isNotDone();
    fixture.millis(100);
    assertThat(alone).isCompleted();
    assertThat(number(ask())).isEqualTo(number(first.get(0)));
  }

  @Test
  void tooOldButInUse_itsSuccessorIsUsed() {
    pool(policy -> policy.maxSize(2).maxLifetime(Duration.ofMinutes(10)));
    fixture.source.openTime = () -> Duration.ZERO;
    CompletableFuture<Share<SimulatedConnection>> endless = ask();
    fixture.minutes(1);
    CompletableFuture<Share<SimulatedConnection>> young = ask();
    fixture.minutes(9);
    fixture.seconds(1);
    assertThat(fixture.pool.stats().idle()).as("the successor is there").isEqualTo(1);
    CompletableFuture<Share<SimulatedConnection>> next = ask();
    assertThat(number(next)).isEqualTo(2);
    endless.join().release();
    young.join().release();
    fixture.cluster.assertNoFaults();
  }

  @Test
  void close_waitingFail_usesMayEnd() {
    pool(policy -> policy.maxSize(1));
    List<CompletableFuture<Share<SimulatedConnection>>> callers = ask(MOST + 1);
    fixture.millis(100);
    CompletableFuture<Void> closed = fixture.pool.close(Duration.ofSeconds(5));
    assertThat(failure(callers.get(MOST))).isInstanceOf(ClosedException.class);
    assertThat(failure(ask())).isInstanceOf(ClosedException.class);
    assertThat(closed).isNotDone();
    callers.subList(0, MOST).forEach(caller -> caller.join().release());
    assertThat(closed).isCompleted();
    fixture.cluster.assertNoFaults();
  }

  @Test
  void randomLoad_withCuts_everyCallerIsAnswered_andNoPlaceIsLost() {
    long seed = new Random().nextLong();
    System.out.println("SharedPoolTest seed " + seed);
    Random random = new Random(seed);
    pool(policy -> policy.maxSize(3).maxWaiting(20).acquireTimeout(Duration.ofSeconds(2)));
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (int step = 0; step < 5_000; step++) {
      CompletableFuture<?> answer =
          random.nextInt(20) == 0
              ? shared
                  .acquireAlone(null, Duration.ofSeconds(2))
                  .thenAccept(lease -> later(random, lease::release))
              : shared
                  .acquire(random.nextInt(2), Duration.ofSeconds(2))
                  .thenAccept(
                      share ->
                          later(random, random.nextInt(50) == 0 ? share::discard : share::release));
      answers.add(answer);
      if (random.nextInt(200) == 0) {
        fixture.cluster.cutAll();
      }
      fixture.millis(random.nextInt(30));
    }
    fixture.seconds(60);
    assertThat(answers).allMatch(CompletableFuture::isDone);
    assertThat(shared.stats().waiting()).isZero();
    assertThat(shared.stats().leased()).isZero();
    assertThat(answers.stream().filter(answer -> !answer.isCompletedExceptionally()).count())
        .isGreaterThan(2_000);
    assertThat(ask(1).get(0).isDone() || fixture.source.opening > 0).isTrue();
  }

  private void later(Random random, Runnable end) {
    fixture.time.schedule(Duration.ofMillis(random.nextInt(100)), end);
  }
}
