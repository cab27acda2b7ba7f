package io.github.dsqljava.spring.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.CommitOutcomeUnknownException;
import io.github.dsqljava.ConnectionLostException;
import io.github.dsqljava.RetriesExhaustedException;
import io.github.dsqljava.RetryKind;
import io.github.dsqljava.spi.AttemptOutcome;
import io.r2dbc.spi.R2dbcRollbackException;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.transaction.TransactionSystemException;

class FailureReaderTest {
  private static final String PLAN = "ERROR: cached plan must not change result type";

  private static AttemptOutcome read(Progress progress, Throwable failure) {
    return FailureReader.read(failure, progress);
  }

  private static @Nullable RetryKind kind(Progress progress, Throwable failure) {
    assertThat(read(progress, failure)).isInstanceOf(AttemptOutcome.Failed.class);
    AttemptOutcome.Failed failed = (AttemptOutcome.Failed) read(progress, failure);
    assertThat(failed.failure()).isSameAs(failure);
    return failed.kind();
  }

  private static Throwable jdbc(String sqlState, String message) {
    return new IllegalStateException("wrapped", new SQLException(message, sqlState));
  }

  @ParameterizedTest
  @CsvSource({
    "40001, ERROR: change conflicts with another transaction (OC000), CONFLICT",
    "40001, ERROR: schema has been updated by another transaction (OC001), STALE_SCHEMA",
    "OC000, anything, CONFLICT",
    "OC001, anything, STALE_SCHEMA",
    "0A000, " + PLAN + ", STALE_SCHEMA",
    "0A000, ERROR: savepoint not supported,",
    "23505, ERROR: duplicate key (OC000),",
    "22012, ERROR: division by zero,",
  })
  void serversError_decides(String sqlState, String message, @Nullable RetryKind expected) {
    for (Progress progress : new Progress[] {Progress.UNKNOWN, Progress.BEGUN}) {
      assertThat(kind(progress, jdbc(sqlState, message))).as("%s", progress).isEqualTo(expected);
    }
    assertThat(
            kind(
                Progress.UNKNOWN,
                new IllegalStateException(
                    new R2dbcRollbackException(message.replaceFirst("^ERROR: ", ""), sqlState, 0))))
        .isEqualTo(expected);
  }

  @Test
  void hiddenConflict_isFoundBehindAFailedRollback() {
    TransactionSystemException rollback =
        new TransactionSystemException("JDBC rollback failed", new SQLException("closed"));
    rollback.initApplicationException(jdbc("40001", "conflict"));
    assertThat(kind(Progress.BEGUN, rollback)).isEqualTo(RetryKind.CONFLICT);
  }

  /** As a reactive rollback that fails keeps what came before it. */
  @Test
  void whatForbidsAnotherAttempt_isFoundBehindAFailedReactiveRollback() {
    SQLException driver = new SQLException("gone", "08006");
    Throwable rollback = new IllegalStateException(new ConnectionLostException("host", driver));
    assertThat(kind(Progress.UNKNOWN, rollback)).isEqualTo(RetryKind.CONNECTION);
    rollback.addSuppressed(new IllegalStateException(new SQLException("conflict", "40001")));
    assertThat(kind(Progress.UNKNOWN, rollback)).isEqualTo(RetryKind.CONNECTION);
    rollback.addSuppressed(
        new IllegalStateException(
            new RetriesExhaustedException(RetryKind.CONFLICT, 3, Duration.ZERO, driver)));
    assertThat(kind(Progress.UNKNOWN, rollback)).isNull();
    rollback.addSuppressed(
        new IllegalStateException(new CommitOutcomeUnknownException(1, "it broke", driver)));
    assertThat(read(Progress.UNKNOWN, rollback))
        .isEqualTo(new AttemptOutcome.Unknown("it broke", rollback));
  }

  @Test
  void suppressedConflict_isNoReasonForAnotherAttempt() {
    IllegalStateException mine = new IllegalStateException("mine");
    mine.addSuppressed(new SQLException("of another database", "40001"));
    assertThat(kind(Progress.BEGUN, mine)).isNull();
  }

  @ParameterizedTest
  @CsvSource({"08006", "57P01", "08003"})
  void lostConnection_isTriedAgain_onlyIfCommitWasNotSentForCertain(String sqlState) {
    Throwable lost = jdbc(sqlState, "gone");
    assertThat(kind(Progress.BEGUN, lost)).isEqualTo(RetryKind.CONNECTION);
    assertThat(kind(Progress.UNKNOWN, lost)).isNull();
    assertThat(kind(Progress.COMMITTED, lost)).isNull();
    assertThat(read(Progress.COMMITTING, lost)).isInstanceOf(AttemptOutcome.Unknown.class);
  }

  @Test
  void serverUnavailable_isTriedAgain_beforeCommit() {
    Throwable away = jdbc("XX000", "ERROR: server unavailable");
    assertThat(kind(Progress.BEGUN, away)).isEqualTo(RetryKind.CONNECTION);
    assertThat(read(Progress.COMMITTING, away))
        .isEqualTo(
            new AttemptOutcome.Unknown("the server answered server unavailable (XX000)", away));
  }

  @Test
  void failedCommit_withoutAWordOfTheServer_isUnknown() {
    Throwable none = new TransactionSystemException("no reason");
    assertThat(read(Progress.COMMITTING, none)).isInstanceOf(AttemptOutcome.Unknown.class);
    assertThat(kind(Progress.BEGUN, none)).isNull();
  }

  @Test
  void failedCommit_thatTheServerRefused_isRolledBack() {
    assertThat(kind(Progress.COMMITTING, jdbc("40001", "conflict"))).isEqualTo(RetryKind.CONFLICT);
    assertThat(kind(Progress.COMMITTING, jdbc("23505", "duplicate"))).isNull();
    assertThat(kind(Progress.COMMITTING, jdbc("54000", "too large"))).isNull();
  }

  @Test
  void conflictBehindTheCommit_isNotTriedAgain() {
    assertThat(kind(Progress.COMMITTED, jdbc("40001", "of another database"))).isNull();
    Throwable another =
        new CommitOutcomeUnknownException(1, "lost", new SQLException("gone", "08006"));
    assertThat(kind(Progress.COMMITTED, another)).as("not that of this transaction").isNull();
  }

  @Test
  void ourOwn_areTakenAtTheirWord() {
    SQLException driver = new SQLException("conflict", "40001");
    Throwable unknown =
        new IllegalStateException(new CommitOutcomeUnknownException(1, "it broke", driver));
    assertThat(read(Progress.UNKNOWN, unknown))
        .isEqualTo(new AttemptOutcome.Unknown("it broke", unknown));
    assertThat(
            kind(
                Progress.UNKNOWN,
                new IllegalStateException(new ConnectionLostException("host", driver))))
        .isEqualTo(RetryKind.CONNECTION);
    assertThat(
            kind(
                Progress.UNKNOWN,
                new RetriesExhaustedException(RetryKind.CONFLICT, 3, Duration.ZERO, driver)))
        .as("a retry inside has tried enough")
        .isNull();
  }

  @Test
  @SuppressWarnings("ThrowableNotThrown")
  void circleOfCauses_ends() {
    IllegalStateException first = new IllegalStateException("first");
    IllegalStateException second = new IllegalStateException("second", first);
    first.initCause(second);
    second.addSuppressed(first);
    assertThat(kind(Progress.BEGUN, first)).isNull();
  }
}
