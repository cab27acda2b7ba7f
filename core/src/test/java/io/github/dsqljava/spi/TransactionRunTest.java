package io.github.dsqljava.spi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.PoolTimeoutException;
import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.TransactionTimeoutException;
import io.github.dsqljava.retry.RetryPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TransactionRunTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration ACQUIRE = Duration.ofSeconds(2);
  private static final IllegalStateException CONFLICT = new IllegalStateException("conflict");
  private static final AttemptOutcome CONFLICTED =
      new AttemptOutcome.Failed(CONFLICT, RetryKind.CONFLICT);
  private static final AttemptOutcome LOST =
      new AttemptOutcome.Unknown("the connection was lost", new IllegalStateException("lost"));

  private static TransactionRun run(int attempts, boolean idempotent) {
    TransactionRun run =
        new TransactionRun(
            RetryPolicy.builder().maxAttempts(attempts).build(),
            LIMIT,
            ACQUIRE,
            idempotent,
            false,
            0);
    assertThat(run.begin(0)).isEmpty();
    return run;
  }

  private static Throwable failure(TransactionRun.Step step) {
    assertThat(step).isInstanceOf(TransactionRun.Step.Fail.class);
    return ((TransactionRun.Step.Fail) step).failure();
  }

  @Test
  void committed_isDone() {
    assertThat(run(3, false).ended(new AttemptOutcome.Committed(), 1))
        .isInstanceOf(TransactionRun.Step.Done.class);
  }

  @Test
  void conflict_isRunAgain_untilThePolicySaysNo() {
    TransactionRun run = run(2, false);
    assertThat(run.ended(CONFLICTED, 1)).isInstanceOf(TransactionRun.Step.Again.class);
    assertThat(run.begin(2)).isEmpty();
    assertThat(failure(run.ended(CONFLICTED, 3)))
        .isInstanceOf(RetriesExhaustedException.class)
        .hasCause(CONFLICT);
  }

  @Test
  void withoutRetries_theFailureIsItself() {
    assertThat(failure(run(1, false).ended(CONFLICTED, 1))).isSameAs(CONFLICT);
    assertThat(failure(run(9, false).ended(new AttemptOutcome.Failed(CONFLICT, null), 1)))
        .isSameAs(CONFLICT);
  }

  @Test
  void suspicion_isBelievedThreeTimes() {
    TransactionRun run = run(10, false);
    AttemptOutcome suspected = new AttemptOutcome.Failed(CONFLICT, RetryKind.STALE_SCHEMA, true);
    for (int i = 0; i < 3; i++) {
      assertThat(run.ended(suspected, 1)).isInstanceOf(TransactionRun.Step.Again.class);
      assertThat(run.begin(1)).isEmpty();
    }
    assertThat(failure(run.ended(suspected, 1))).isSameAs(CONFLICT);
  }

  @Test
  void lostAnswerToCommit_isNeverRunAgain_unlessIdempotent() {
    assertThat(failure(run(9, false).ended(LOST, 1)))
        .isInstanceOf(CommitOutcomeUnknownException.class);
    TransactionRun idempotent = run(9, true);
    assertThat(idempotent.ended(LOST, 1)).isInstanceOf(TransactionRun.Step.Again.class);
    assertThat(idempotent.begin(2)).isEmpty();
    // What is true of the last attempt is not true of all.
    assertThat(failure(idempotent.ended(new AttemptOutcome.Failed(CONFLICT, null), 3)))
        .isInstanceOf(CommitOutcomeUnknownException.class);
  }

  @Test
  void abandoned_saysWhatMayBeThere() {
    assertThat(run(9, true).abandoned(null)).isEmpty();
    assertThat(run(9, true).abandoned(CONFLICTED)).isEmpty();
    assertThat(run(9, true).abandoned(LOST)).isPresent();
    TransactionRun again = run(9, true);
    assertThat(again.ended(LOST, 1)).isInstanceOf(TransactionRun.Step.Again.class);
    assertThat(again.abandoned(null)).isPresent();
    assertThat(again.abandoned(new AttemptOutcome.Committed())).isEmpty();
  }

  @Test
  void deadline_isForEverything() {
    TransactionRun run = run(9, false);
    long late = LIMIT.toNanos();
    assertThat(run.acquireTimeout(0)).isEqualTo(ACQUIRE);
    assertThat(run.acquireTimeout(late - 5)).isEqualTo(Duration.ofNanos(5));
    assertThat(run.begin(late).orElseThrow()).isInstanceOf(TransactionTimeoutException.class);
    assertThat(failure(run.ended(new AttemptOutcome.TimedOut(), late)))
        .isInstanceOf(TransactionTimeoutException.class);
    assertThat(failure(run.ended(CONFLICTED, late)))
        .isInstanceOf(TransactionTimeoutException.class);
  }

  @Test
  void waitForATurn_endsWithTheDeadline_orWithThePolicysTime() {
    Duration allowed = Duration.ofSeconds(3);
    TransactionRun run =
        new TransactionRun(
            RetryPolicy.builder().maxElapsed(allowed).build(), LIMIT, ACQUIRE, false, true, 0);
    assertThat(run.begin(0)).isEmpty();
    assertThat(run.patience(0)).isEqualTo(allowed);
    assertThat(run.ended(CONFLICTED, 1))
        .isEqualTo(new TransactionRun.Step.Again(RetryKind.CONFLICT, 1, Duration.ZERO, CONFLICT));
    assertThat(run.patience(1)).isEqualTo(allowed.minusNanos(1));
    assertThat(run.beginTurn(allowed.toNanos() - 1)).isEmpty();
    assertThat(run.beginTurn(allowed.toNanos()).orElseThrow())
        .isInstanceOf(RetriesExhaustedException.class)
        .hasCause(CONFLICT);
    TransactionRun hurried = run(9, false);
    assertThat(hurried.patience(0)).isEqualTo(LIMIT);
    assertThat(hurried.ended(CONFLICTED, 1)).isInstanceOf(TransactionRun.Step.Again.class);
    assertThat(hurried.beginTurn(LIMIT.toNanos()).orElseThrow())
        .isInstanceOf(TransactionTimeoutException.class)
        .hasCause(CONFLICT);
  }

  @Test
  void noConnection_isTheReason_orTheDeadline() {
    PoolTimeoutException full = new PoolTimeoutException("x", ACQUIRE, "busy", null);
    assertThat(failure(run(9, false).ended(new AttemptOutcome.NotStarted(full), 1))).isSameAs(full);
    PoolTimeoutException shorter =
        new PoolTimeoutException("x", Duration.ofMillis(1), "busy", null);
    assertThat(failure(run(9, false).ended(new AttemptOutcome.NotStarted(shorter), 1)))
        .isInstanceOf(TransactionTimeoutException.class)
        .hasCause(shorter);
  }

  @Test
  void text_saysWhatIsSure_andWhatIsNot() {
    assertThat(TransactionText.begins(" begin")).isTrue();
    assertThat(TransactionText.begins("START TRANSACTION")).isTrue();
    assertThat(TransactionText.begins("BEGINNING")).isFalse();
    assertThat(TransactionText.ends("\n\tCommit;")).isTrue();
    assertThat(TransactionText.ends("abort")).isTrue();
    assertThat(TransactionText.ends("SELECT 'COMMIT'")).isFalse();
    assertThat(TransactionText.mayEnd("SELECT 1; COMMIT")).isTrue();
    assertThat(TransactionText.mayEnd("/* */ ROLLBACK")).isTrue();
    assertThat(TransactionText.mayEnd("SELECT 'commit'")).isFalse();
    assertThat(TransactionText.mayEnd("SELECT 1; ")).isFalse();
  }
}
