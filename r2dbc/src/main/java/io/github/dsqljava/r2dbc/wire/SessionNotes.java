package io.github.dsqljava.r2dbc.wire;

import io.github.dsqljava.ServerError;
import io.github.dsqljava.spi.StaleSign;
import java.util.Optional;

/**
 * What the server's own words tell of a session: where its transaction stands, whether settings
 * were changed, which errors there were. Of what is sent it knows one thing, COMMIT.
 *
 * <p>Written by the connection's event loop, and read by any thread.
 */
@SuppressWarnings("NonAtomicOperationOnVolatileField") // written by the event loop only
public final class SessionNotes {

  /** Of ReadyForQuery: outside of a transaction. */
  public static final char IDLE = 'I';

  /** Of ReadyForQuery: in a transaction. */
  public static final char IN_TRANSACTION = 'T';

  /** Of ReadyForQuery: in a transaction that can only be rolled back. */
  public static final char FAILED = 'E';

  /** The server has said that it is ready: what it says from now on is of the session. */
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

  /** What is about to be sent may change settings without the server's saying so. */
  public void settingsMayChange() {
    setSeen = true;
  }

  /** The settings are as the next user expects them. */
  public void settingsAreKnown() {
    setSeen = false;
  }

  /** How many transactions the server has begun in this use. */
  public int begins() {
    return begins;
  }

  /** How many transactions the server has committed or rolled back in this use. */
  public int ends() {
    return ends;
  }

  /** Whether the last of {@link #ends()} was a commit. */
  public boolean lastEndIsCommit() {
    return lastEndIsCommit;
  }

  /** The first error of this use; of a login, of the connection. */
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

  /** What the first error said about prepared statements. */
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

  // --- what the wire tells

  /** Somebody begins to use the connection: forgets what was noted of the use before. */
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

  /** What may be the COMMIT that is expected leaves for the server. */
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

  /** ParameterStatus, by whatever statement, in whatever function. */
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
