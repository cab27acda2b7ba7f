package io.github.dsqljava.r2dbc.wire;

import io.github.dsqljava.ServerError;
import io.github.dsqljava.spi.StaleSign;
import java.util.Optional;

/**
 * The state of a session by the server's own messages: the status of its transaction, changes of
 * settings, and errors. Of the messages sent it notes only COMMIT.
 *
 * <p>Written by the connection's event loop, and read by any thread.
 */
@SuppressWarnings("NonAtomicOperationOnVolatileField") // written by the event loop only
public final class SessionNotes {

  /** Status in ReadyForQuery: outside of a transaction. */
  public static final char IDLE = 'I';

  /** Status in ReadyForQuery: in a transaction. */
  public static final char IN_TRANSACTION = 'T';

  /** Status in ReadyForQuery: in a transaction that can only be rolled back. */
  public static final char FAILED = 'E';

  /** Whether the login is complete, so that later messages belong to the session. */
  private boolean loggedIn;

  private volatile boolean ending;
  private volatile char status = IDLE;
  private volatile boolean setSeen;
  private volatile boolean commitExpected;
  private volatile boolean commitSent;
  private volatile int begins;
  private volatile int ends;
  private volatile boolean lastEndIsCommit;
  private volatile Optional<ServerError> firstError = Optional.empty();
  private volatile Optional<ServerError> lastError = Optional.empty();
  private volatile Optional<ServerError> transactionError = Optional.empty();
  private volatile Optional<StaleSign> firstSign = Optional.empty();

  SessionNotes() {}

  /** The transaction's status as the server stated it last. */
  public char status() {
    return status;
  }

  /**
   * Whether settings were changed since {@link #settingsAreKnown()}, as command tags and
   * ParameterStatus tell, or may have been.
   */
  public boolean hasSeenSet() {
    return setSeen;
  }

  /** The next statement may change settings without a sign in the server's messages. */
  public void settingsMayChange() {
    setSeen = true;
  }

  /** The settings are those that the next user expects. */
  public void settingsAreKnown() {
    setSeen = false;
  }

  /** The number of transactions that the server has begun in this use. */
  public int begins() {
    return begins;
  }

  /** The number of transactions that the server has committed or rolled back in this use. */
  public int ends() {
    return ends;
  }

  /** Whether the last of {@link #ends()} was a commit. */
  public boolean lastEndIsCommit() {
    return lastEndIsCommit;
  }

  /** The first error of this use, or of the connection during its login. */
  public Optional<ServerError> firstError() {
    return firstError;
  }

  /** The last error since the use began or {@link #expectCommit()} was called. */
  public Optional<ServerError> lastError() {
    return lastError;
  }

  /** The first error since the last transaction began. */
  public Optional<ServerError> transactionError() {
    return transactionError;
  }

  /** The first error's sign about prepared statements. */
  public Optional<StaleSign> firstSign() {
    return firstSign;
  }

  /** The next Query that the driver sends, or the next flight of our own, is COMMIT. */
  public void expectCommit() {
    commitExpected = true;
    commitSent = false;
    lastError = Optional.empty();
  }

  /** Whether COMMIT has left for the server. */
  public boolean isCommitSent() {
    return commitSent;
  }

  // --- events from the wire

  /** A use of the connection begins: forgets the notes of the previous one. */
  void useBegins() {
    begins = 0;
    ends = 0;
    commitExpected = false;
    commitSent = false;
    firstError = Optional.empty();
    lastError = Optional.empty();
    transactionError = Optional.empty();
    firstSign = Optional.empty();
  }

  /** Whether the server has announced the end of the session. */
  boolean isEnding() {
    return ending;
  }

  /** A message leaves for the server that may be the expected COMMIT. */
  void sent() {
    commitSent |= commitExpected;
  }

  /** ReadyForQuery. */
  void ready(char newStatus) {
    status = newStatus;
    loggedIn = true;
  }

  /**
   * ErrorResponse.
   *
   * @param prepared whether it answers a statement that was prepared before
   */
  void error(ServerError error, boolean prepared) {
    if (firstError.isEmpty()) {
      firstError = Optional.of(error);
      firstSign = StaleSign.of(error, prepared);
    }
    if (transactionError.isEmpty()) {
      transactionError = Optional.of(error);
    }
    lastError = Optional.of(error);
    ending |= loggedIn && ServerMessages.isEnd(error);
  }

  /** ParameterStatus: a statement or a function in it has changed a setting. */
  void parameterStatus() {
    setSeen = true;
  }

  /** CommandComplete. */
  void tag(String tag) {
    switch (tag) {
      case "BEGIN", "START TRANSACTION" -> {
        begins++;
        transactionError = Optional.empty();
        status = IN_TRANSACTION; // which ReadyForQuery will say again
      }
      case "COMMIT", "ROLLBACK" -> {
        lastEndIsCommit = tag.equals("COMMIT");
        ends++;
      }
      case "SET", "RESET", "DISCARD ALL" -> setSeen = true; // or what a hook has set is gone
      default -> {}
    }
  }
}
