package io.github.dsqljava.spi.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolStats;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Random transactions in a lane; after each event it is compared with a {@link LaneModel}. */
final class LaneWalk {

  /** A transaction with the conflict that brings it here behind it. */
  private final class Transaction {
    final LaneModel.Member member;
    final LanePass pass;

    /** Calls that the lane owes it: one for each await that was not given up. */
    int owed;

    /** Its wait has ended without a turn. */
    boolean expired;

    Transaction(String name) {
      member = model.join(name);
      pass = lane.pass();
    }

    void await() {
      Duration patience = patience();
      note(member + " waits " + patience);
      owed++;
      model.await(member, patience, now());
      pass.await(patience, this::called);
    }

    private void called() {
      if (owed-- != 1) {
        faults.add(member + " was called without being owed that");
      }
      try {
        if (told > 0) {
          told--;
          note(member + " begins");
          model.begin(member, now());
          begun++;
        } else {
          note(member + " expires");
          model.expire(member, now());
          expired = true;
          late++;
        }
      } catch (AssertionError e) {
        faults.add(e.getMessage()); // the lane would swallow it
      }
    }
  }

  private final Random random;
  private final VirtualScheduler time = new VirtualScheduler();
  private final LaneModel model;
  private final ConflictLane lane;
  private final List<Transaction> alive = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private final Deque<String> lately = new ArrayDeque<>();

  /** How many get their turn now: the lane tells its listener just before. */
  private int told;

  /** What time is measured in: about as long as an attempt takes. */
  private final long unit;

  /** How many there are at most. */
  private final int crowd;

  private int lossPercent;
  private int names;
  int begun;
  int late;
  int committed;
  int most;

  LaneWalk(long seed) {
    random = new Random(seed);
    model = new LaneModel(new Random(seed + 1));
    PoolListener listener =
        new PoolListener() {
          @Override
          public void conflictTurn(Duration waited) {
            told++;
          }
        };
    lane = new ConflictLane(time, listener, new Random(seed + 1));
    unit = List.of(100_000L, 5_000_000L, 300_000_000L).get(random.nextInt(3));
    crowd = List.of(3, 10, 60).get(random.nextInt(3));
    lossPercent = random.nextInt(60);
  }

  private long now() {
    return time.elapsed().toNanos();
  }

  private void note(String event) {
    lately.add(event);
    if (lately.size() > 15) {
      lately.remove();
    }
  }

  /** What happened last, for messages. */
  String lately() {
    return lately + "; at " + time.elapsed() + " " + model;
  }

  private Duration patience() {
    return switch (random.nextInt(10)) {
      case 0 -> Duration.ofNanos(random.nextLong(3 * unit) - unit);
      case 1, 2 -> Duration.ofNanos(random.nextLong(20 * unit));
      case 3 -> Duration.ofDays(1_000_000);
      default -> Duration.ofNanos(1 + random.nextLong(1_000 * unit));
    };
  }

  void step() {
    int kind = random.nextInt(1_000);
    if (kind < 300) {
      if (alive.size() < crowd) {
        Transaction transaction = new Transaction("t" + names++);
        alive.add(transaction);
        transaction.await();
      }
    } else if (kind < 700) {
      goOn();
    } else if (kind < 730) {
      leave(any(alive));
    } else if (kind < 740) {
      lossPercent = List.of(0, 5, 30, 100).get(random.nextInt(4));
    } else if (kind < 745) {
      Duration stopped = Duration.ofNanos(random.nextLong(20 * unit));
      note("jump " + stopped);
      time.jump(stopped);
      time.advance(Duration.ZERO);
    } else if (kind < 746 && random.nextInt(10) == 0) {
      close();
    } else {
      pass(random.nextInt(50) == 0 ? 200 : 1);
    }
    check();
  }

  private void pass(int units) {
    time.advance(Duration.ofNanos(random.nextLong(units * unit)));
  }

  private <T> T any(Collection<T> some) {
    return some.isEmpty() ? null : List.copyOf(some).get(random.nextInt(some.size()));
  }

  /** One of those that do not wait takes its next step. */
  private void goOn() {
    Transaction one =
        any(alive.stream().filter(each -> !model.waiting.contains(each.member)).toList());
    if (one == null) {
      return;
    }
    if (one.expired) {
      one.expired = false;
      if (random.nextInt(4) > 0) {
        leave(one);
      } else {
        one.await(); // as one that has gone on all the same
      }
    } else if (random.nextInt(20) == 0) {
      leave(one); // another failure
    } else if (random.nextInt(4) == 0) {
      note(one.member + " has a connection");
      model.started(one.member, now());
      one.pass.started();
    } else if (!one.member.isCommitting() && random.nextInt(8) > 0) {
      note(one.member + " sends COMMIT");
      model.committing(one.member, now());
      one.pass.committing();
    } else if (random.nextInt(100) < lossPercent) {
      note(one.member + " has lost");
      one.await();
    } else {
      note(one.member + " has committed");
      committed++;
      alive.remove(one);
      model.leave(one.member, /* committed= */ true, now());
      one.pass.committed();
      one.pass.leave(); // as the adapters do whatever happens
    }
  }

  private void leave(Transaction one) {
    if (one == null) {
      return;
    }
    note(one.member + " leaves");
    alive.remove(one);
    if (model.waiting.contains(one.member)) {
      one.owed--;
    }
    model.leave(one.member, /* committed= */ false, now());
    one.pass.leave();
  }

  private void close() {
    note("close");
    model.closed = true;
    lane.close();
  }

  private void check() {
    assertThat(faults).isEmpty();
    model.forgetWhenIdle();
    model.assertNobodyIsForgotten(now());
    assertThat(told).as("turns that were told of and not taken").isZero();
    PoolStats stats = lane.addTo(PoolStats.builder().build());
    assertThat(stats.conflictWaiting()).isEqualTo(model.waiting.size());
    assertThat(stats.conflictTurns()).isEqualTo(model.turns).isEqualTo(begun);
    most = Math.max(most, model.inside.size());
    for (Transaction each : alive) {
      assertThat(each.owed)
          .as("what %s is owed", each.member)
          .isEqualTo(model.waiting.contains(each.member) ? 1 : 0);
    }
  }

  /** All goes well from now on: each has its turn or its failure, and nothing is left over. */
  void finish() {
    lossPercent = 0;
    for (int i = 0; !alive.isEmpty(); i++) {
      assertThat(i).as("the lane gets empty").isLessThan(10_000);
      goOn();
      check();
      pass(2);
      check();
    }
    time.advance(Duration.ofMinutes(2));
    check();
    assertThat(time.pending()).as("timers of an idle lane").isZero();
    assertThat(lane.isIdle()).isTrue();
    Transaction fresh = new Transaction("fresh");
    alive.add(fresh);
    fresh.await();
    time.advance(Duration.ZERO);
    check();
    leave(fresh);
    check();
  }
}
