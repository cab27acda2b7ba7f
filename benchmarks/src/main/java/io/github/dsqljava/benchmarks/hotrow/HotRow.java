package io.github.dsqljava.benchmarks.hotrow;

import io.github.dsqljava.RetryKind;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.spi.RetrySequence;
import io.github.dsqljava.spi.pool.ConflictLane;
import io.github.dsqljava.spi.pool.LanePass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Simulates first committer wins on one row, in virtual time: a transaction commits if no other one
 * has committed between its snapshot and the arrival of its COMMIT. A conflict costs the server
 * nothing. The retry policies and the conflict lane are the connector's own code.
 */
final class HotRow {

  /** The range of a one-way delay, as a share of half a round trip. */
  private static final double NETWORK_JITTER = 0.1;

  private final Surroundings around;
  private final Manner manner;
  private final SplittableRandom random;
  private final VirtualTime time = new VirtualTime();
  private final List<Long> latencies = new ArrayList<>();
  private final List<Long> bystanders = new ArrayList<>();
  private long lastCommit = -1;
  private long attempts;
  private long givenUp;

  private HotRow(Surroundings around, Manner manner) {
    this.around = around;
    this.manner = manner;
    this.random = new SplittableRandom(around.seed());
  }

  static Score play(Surroundings around, Manner manner) {
    return new HotRow(around, manner).play();
  }

  private Score play() {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < around.processes(); i++) {
      processes.add(new Process());
    }
    for (int i = 0; i < around.clients(); i++) {
      new Call(processes.get(i % processes.size()), /* hot= */ true).begin();
    }
    for (int i = 0; i < around.bystanders(); i++) {
      new Call(processes.get(i % processes.size()), /* hot= */ false).begin();
    }
    time.runUntil(around.time());
    long[] sorted = Score.sorted(latencies);
    long[] sortedBystanders = Score.sorted(bystanders);
    double commits = sorted.length * 1e9 / around.time().toNanos();
    return new Score(
        commits,
        commits / around.bound(),
        (double) attempts / sorted.length,
        (double) givenUp / (givenUp + sorted.length),
        Score.percentile(sorted, 0.5),
        Score.percentile(sorted, 0.99),
        Score.percentile(sorted, 1),
        Score.percentile(sortedBystanders, 0.5),
        Score.percentile(sortedBystanders, 0.99));
  }

  private long oneWay() {
    double half = around.roundTrip().toNanos() / 2.0;
    return Math.round(half * (1 - NETWORK_JITTER / 2 + NETWORK_JITTER * random.nextDouble()));
  }

  private long work() {
    return Math.round(around.work().toNanos() * (0.5 + random.nextDouble()));
  }

  /** A process, which has one pool. */
  private final class Process {
    final ConflictLane lane = new ConflictLane(time, PoolListener.NONE, random);
    int inLane;
  }

  /** One client's calls, one after the other. */
  private final class Call {
    private final Process process;
    private final boolean hot;
    private long begunAt;
    private int failures;
    private RetrySequence sequence = new RetrySequence(manner.retries(), random, 0);
    private @Nullable LanePass pass;

    Call(Process process, boolean hot) {
      this.process = process;
      this.hot = hot;
    }

    void begin() {
      begunAt = time.nanoTime();
      failures = 0;
      sequence = new RetrySequence(manner.retries(), random, begunAt);
      pass = null;
      if (manner.lane() == Manner.Lane.EVERYBODY && process.inLane > 0) {
        queue();
      } else {
        attempt();
      }
    }

    private void attempt() {
      attempts += hot ? 1 : 0;
      time.in(
          oneWay(),
          () -> {
            long snapshot = time.nanoTime();
            time.in(work() + oneWay(), () -> sendCommit(snapshot));
          });
    }

    private void sendCommit(long snapshot) {
      if (pass != null && manner.lane() != Manner.Lane.ONE_BY_ONE) {
        pass.committing();
      }
      time.in(
          oneWay(),
          () -> {
            boolean won = !hot || lastCommit <= snapshot;
            if (won && hot) {
              lastCommit = time.nanoTime();
            }
            time.in(oneWay(), won ? this::committed : this::lost);
          });
    }

    private void committed() {
      (hot ? latencies : bystanders).add(time.nanoTime() - begunAt);
      if (pass != null) {
        process.inLane--;
        pass.committed();
      }
      begin();
    }

    private void lost() {
      failures++;
      Optional<Duration> pause = sequence.failed(RetryKind.CONFLICT, time.nanoTime());
      if (pause.isEmpty()) {
        givenUp++;
        if (pass != null) {
          process.inLane--;
          pass.leave();
        }
        begin();
      } else if (manner.lane() != Manner.Lane.NONE) {
        queue();
      } else {
        Duration wait = manner.stretch().isPresent() ? manner.pause(failures, random) : pause.get();
        time.in(wait.toNanos(), this::attempt);
      }
    }

    private void queue() {
      if (pass == null) {
        pass = process.lane.pass();
        process.inLane++;
      }
      pass.await(Duration.ofDays(1), this::attempt);
    }
  }
}
