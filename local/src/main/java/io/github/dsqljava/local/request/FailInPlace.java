package io.github.dsqljava.local.request;

import io.github.dsqljava.local.protocol.ErrorMessage;

/**
 * What makes PostgreSQL fail in the place of a step, so that all around it is as with any other
 * error: a mistake in the syntax comes first, what stands before is answered, what stands behind is
 * skipped, and the transaction is aborted or undone. Refusals, faults, limits and lost conflicts
 * have no other way to their client.
 *
 * <p>PostgreSQL fails because it is told to use a prepared statement that does not exist, and by
 * that name, which no client knew when it sent the group, the failure is recognised.
 */
public final class FailInPlace {
  /**
   * PostgreSQL reads all of a text before it says that a Parse message must not have two
   * statements, and looks at none of them more closely.
   */
  static final String SECOND_STATEMENT = "SELECT;";

  private final ErrorMessage answer;
  private final String missing;
  private final int position;
  private final int inserted;
  private final boolean behind;
  private final boolean inParse;

  /**
   * @param position how many characters stand before what was inserted into the text
   * @param inserted how many characters were inserted
   * @param behind whether the step is run before it fails
   * @param inParse whether it is the text of a Parse message that fails
   */
  FailInPlace(
      ErrorMessage answer,
      String missing,
      int position,
      int inserted,
      boolean behind,
      boolean inParse) {
    this.answer = answer;
    this.missing = missing;
    this.position = position;
    this.inserted = inserted;
    this.behind = behind;
    this.inParse = inParse;
  }

  /** Returns what the client is told. */
  public ErrorMessage answer() {
    return answer;
  }

  /**
   * Whether the step is run first. The client must not get its CommandComplete if the failure
   * follows.
   */
  public boolean isBehind() {
    return behind;
  }

  /** Whether PostgreSQL has come to the place and failed there. */
  public boolean isReached(ErrorMessage error) {
    if (inParse) {
      return isOnlyNumberOfStatements(error);
    }
    return error.sqlState().equals("26000") && error.message().contains('"' + missing + '"');
  }

  /** Returns what the client is told when PostgreSQL says this. */
  public ErrorMessage translate(ErrorMessage error) {
    if (isReached(error)) {
      return answer;
    }
    String found = error.field('P');
    if (inserted == 0 || found.isEmpty() || Integer.parseInt(found) <= position + inserted) {
      return error;
    }
    return error.with('P', Integer.toString(Integer.parseInt(found) - inserted));
  }

  /** PostgreSQL's answer to a Parse message with several statements, once it has read them all. */
  public static boolean isOnlyNumberOfStatements(ErrorMessage error) {
    return error.sqlState().equals("42601")
        && error.message().equals("cannot insert multiple commands into a prepared statement");
  }
}
