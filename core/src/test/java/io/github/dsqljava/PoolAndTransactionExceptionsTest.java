package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.spi.ConnectFailures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the exceptions of pools, transactions and batches say, and what to do about it. */
class PoolAndTransactionExceptionsTest {

  private static final Throwable CAUSE = new IllegalStateException("it broke");
  private static final Throwable SILENT = new ClosedChannelException();

  // Pools

  @Test
  void poolTimeout_withoutCause_poolIsTooSmall() {
    PoolTimeoutException failure =
        new PoolTimeoutException("host:5432", Duration.ofSeconds(5), "10 in use", null);
    assertThat(failure)
        .hasMessage(
            "No connection to host:5432 within PT5S (10 in use). Give connections back sooner, make"
                + " the pool larger, or wait longer.")
        .hasNoCause();
    assertThat(failure.timeout()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void poolTimeout_withCause_saysIt() {
    assertThat(new PoolTimeoutException("host:5432", Duration.ofSeconds(5), "none", CAUSE))
        .hasMessage(
            "No connection to host:5432 within PT5S (none). The last attempt to open one failed:"
                + " it broke.")
        .hasCause(CAUSE);
  }

  @Test
  void poolBusy_message_saysHowManyAndWhatToChange() {
    assertThat(new PoolBusyException("host:5432", 100, "10 in use"))
        .hasMessageContaining("100 callers wait for a connection to host:5432 already")
        .hasMessageContaining("(10 in use)")
        .hasMessageContaining("raise maxWaiting");
  }

  @Test
  void closed_message_namesWhatIsClosed() {
    assertThat(new ClosedException("The pool of connections to host:5432"))
        .hasMessage("The pool of connections to host:5432 is closed; make a new one");
  }

  // Transactions

  @ParameterizedTest
  @CsvSource({
    "CONFLICT, 10, 10 times in 1500 ms, another transaction had changed the same rows",
    "STALE_SCHEMA, 1, 1 time in 1500 ms, the schema had changed",
    "CONNECTION, 2, 2 times in 1500 ms, the connection was lost"
  })
  void retriesExhausted_message_saysHowOftenAndWhy(
      RetryKind kind, int attempts, String often, String why) {
    RetriesExhaustedException failure =
        new RetriesExhaustedException(kind, attempts, Duration.ofMillis(1_500), CAUSE);
    assertThat(failure)
        .hasMessageContaining("rolled back " + often + ", the last time because " + why)
        .hasMessageContaining(": it broke. Its retry policy")
        .hasCause(CAUSE);
    assertThat(failure.kind()).isEqualTo(kind);
    assertThat(failure.attempts()).isEqualTo(attempts);
  }

  @Test
  void commitOutcomeUnknown_message_saysNeitherYesNorNo() {
    CommitOutcomeUnknownException failure =
        new CommitOutcomeUnknownException(3, "the connection was lost", CAUSE);
    assertThat(failure)
        .hasMessageContaining(
            "may or may not be committed: COMMIT was sent, and the connection was")
        .hasMessageContaining("(attempt 3)")
        .hasMessageContaining("Look for its effects before repeating it")
        .hasCause(CAUSE);
    assertThat(failure.attempts()).isEqualTo(3);
  }

  @Test
  void transactionTimeout_message_saysThatNothingIsLeft() {
    TransactionTimeoutException failure =
        new TransactionTimeoutException(Duration.ofSeconds(2), 4, null);
    assertThat(failure)
        .hasMessageContaining("deadline of PT2S")
        .hasMessageContaining("is rolled back (attempt 4)")
        .hasNoCause();
    assertThat(failure.attempts()).isEqualTo(4);
  }

  @Test
  void transactionRolledBack_message_saysWhatWasSwallowed() {
    assertThat(new TransactionRolledBackException(CAUSE))
        .hasMessageContaining("is rolled back")
        .hasMessageContaining(": it broke. After an error")
        .hasCause(CAUSE);
  }

  @Test
  void nestedTransaction_message_namesTheCallAndTheRemedy() {
    assertThat(new NestedTransactionException("begin()"))
        .hasMessageContaining("begin() was called inside inTransaction")
        .hasMessageContaining("do everything on the connection the function is given");
  }

  // Batches

  private static BatchFailedException batch(ChunkOutcome outcome, Throwable cause) {
    return new BatchFailedException(
        List.of(
            BatchChunk.of(0, 0, 10).with(ChunkOutcome.COMMITTED, 1),
            BatchChunk.of(1, 10, 10).with(outcome, 2),
            BatchChunk.of(2, 20, 5)),
        cause);
  }

  @ParameterizedTest
  @CsvSource({
    "UNKNOWN, may or may not be committed",
    "ROLLED_BACK, is not in the database",
    "NOT_STARTED, was not tried"
  })
  void batchFailed_message_saysWhatBecameOfTheChunk(ChunkOutcome outcome, String became) {
    assertThat(batch(outcome, CAUSE))
        .hasMessageContaining("Chunk 2 of 3 (rows 10 to 19) " + became + ": it broke. The rows")
        .hasCause(CAUSE);
  }

  @ParameterizedTest
  @EnumSource(
      value = ChunkOutcome.class,
      names = {"UNKNOWN", "ROLLED_BACK", "NOT_STARTED"})
  void batchFailed_rows_theFirstThatIsNotCertainlyWritten(ChunkOutcome outcome) {
    assertThat(batch(outcome, CAUSE).firstUncertainRow()).isEqualTo(10);
    assertThat(batch(outcome, CAUSE).chunks()).hasSize(3);
  }

  @Test
  void batchFailed_afterSerialization_rowIsKept() throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(batch(ChunkOutcome.UNKNOWN, CAUSE));
    BatchFailedException copy =
        (BatchFailedException)
            new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    assertThat(copy.firstUncertainRow()).isEqualTo(10);
    assertThat(copy.chunks()).isEmpty();
  }

  // Causes that say nothing

  @Test
  void message_causeHasNone_itsTypeStandsThere() {
    String type = ": java.nio.channels.ClosedChannelException.";
    assertThat(new PoolTimeoutException("h", Duration.ofSeconds(1), "s", SILENT))
        .hasMessageContaining(type);
    assertThat(new RetriesExhaustedException(RetryKind.CONNECTION, 2, Duration.ZERO, SILENT))
        .hasMessageContaining(type);
    assertThat(new TransactionRolledBackException(SILENT)).hasMessageContaining(type);
    assertThat(batch(ChunkOutcome.ROLLED_BACK, SILENT)).hasMessageContaining(type);
  }

  @Test
  void message_causeEndsWithAFullStop_onlyOneStandsThere() {
    Throwable cause = new IllegalStateException("It broke.");
    assertThat(new TransactionRolledBackException(cause)).hasMessageContaining(": It broke. After");
  }

  // What a refused login means for the next attempt

  private static DsqlException login(String sqlState, String message, @Nullable String hint) {
    return ConnectFailures.of(
            DsqlConfig.builder().endpoint("localhost").region("us-east-1").build())
        .from(ServerError.of("FATAL", sqlState, message, null, hint), CAUSE);
  }

  @ParameterizedTest
  @CsvSource({
    "53300, 'Unable to accept connection, too many open connections.', true",
    "53400, 'Unable to accept connection, rate exceeded.', true",
    "08006, 'unable to accept connection, waking up cluster, please retry later', true",
    "57P03, 'Unable to accept connection, Waking up cluster', true",
    "08006, 'unable to accept connection, sni was not received', false",
    "0A000, 'unsupported startup parameter', false"
  })
  void isTemporary_refusal_whenTheSameAttemptMaySucceedLater(
      String sqlState, String message, boolean temporary) {
    assertThat(login(sqlState, message, null))
        .isInstanceOfSatisfying(
            ConnectionRejectedException.class,
            rejected -> assertThat(rejected.isTemporary()).isEqualTo(temporary));
  }

  @ParameterizedTest
  @CsvSource({
    "Signature expired: 20261122T101530Z is now earlier than, true",
    "signature expired, true",
    "User: x is not authorized to access this resource, false",
    ", false"
  })
  void isTokenExpired_refusal_whenTheHintSaysSo(@Nullable String hint, boolean expired) {
    assertThat(login("08006", "unable to accept connection, access denied", hint))
        .isInstanceOfSatisfying(
            AccessDeniedException.class,
            denied -> assertThat(denied.isTokenExpired()).isEqualTo(expired));
  }
}
