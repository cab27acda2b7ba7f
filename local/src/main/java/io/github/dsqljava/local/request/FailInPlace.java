package io.github.dsqljava.local.request;

import io.github.dsqljava.local.protocol.ErrorMessage;

/**
 * Makes PostgreSQL fail in the place of a step, so that the rest is as with any other error. A
 * syntax error comes first, earlier steps are answered, later ones are skipped, and the transaction
 * is aborted or undone. All refusals, faults, limits and lost conflicts reach their client in this
 * way.
 *
 * <p>PostgreSQL is told to use a prepared statement that does not exist. The error is recognised by
 * the statement's name, which no client can know when it sends the group.
 */
public final class FailInPlace {
  /**
   * Makes a Parse message fail: PostgreSQL parses the whole text and then refuses the second
   * statement, without analysing either of them.
   */
  static final String SECOND_STATEMENT = "SELECT;";

  private final ErrorMessage answer;
  private final String missing;
  private final int position;
  private final int inserted;
  private final boolean behind;
  private final boolean inParse;

  /**
   * @param position the number of characters before the inserted text
   * @param inserted the number of inserted characters
   * @param behind whether the step runs before it fails
   * @param inParse whether the text of a Parse message fails
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

  /** Returns the error that the client gets. */
  public ErrorMessage answer() {
    return answer;
  }

  /**
   * Whether the step runs first. The client must not get its CommandComplete if the failure
   * follows.
   */
  public boolean isBehind() {
    return behind;
  }

  /** Whether the error is the planned one: PostgreSQL has reached the place and failed there. */
  public boolean isReached(ErrorMessage error) {
    if (inParse) {
      return isOnlyNumberOfStatements(error);
    }
    return error.sqlState().equals("26000") && error.message().contains('"' + missing + '"');
  }

  /** Returns the error that the client gets for an error of PostgreSQL's. */
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

  /**
   * Whether PostgreSQL has parsed a Parse message and found only that it has several statements.
   */
  public static boolean isOnlyNumberOfStatements(ErrorMessage error) {
    return error.sqlState().equals("42601")
        && error.message().equals("cannot insert multiple commands into a prepared statement");
  }
}
