package io.github.dsqljava.local.request;

import io.github.dsqljava.local.dialect.AsyncForm;
import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.dialect.Explanation;
import io.github.dsqljava.local.dialect.Statement;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL answers by itself: a statement of a Query, or a message of the extended protocol.
 *
 * @param text the SQL in which the statement stands; {@link ClientText#UNKNOWN} if nobody has seen
 *     it
 * @param statement the statement; null if it is not known, or there is none
 * @param at where it is: in a Query the offset in its SQL, otherwise the index of the message
 * @param naming where the statement has its name from, if it has one that may come to nothing
 */
public record Step(
    Use use, ClientText text, @Nullable Statement statement, int at, @Nullable Naming naming) {
  /** What is done. */
  public enum Use {
    /** One statement of a Query. */
    QUERY,
    PARSE,
    BIND,
    DESCRIBE,
    CLOSE,
    EXECUTE,
    /** A function is called by its number, past every rule; see {@link Dialect#FUNCTION_CALL}. */
    FUNCTION_CALL;

    /** Whether a statement is run. */
    public boolean runs() {
      return this == QUERY || this == EXECUTE || this == FUNCTION_CALL;
    }
  }

  /** A step of which nothing can become another one. */
  Step(Use use, ClientText text, @Nullable Statement statement, int at) {
    this(use, text, statement, at, /* naming= */ null);
  }

  static Step of(Use use, @Nullable Prepared prepared, int at) {
    return of(use, prepared, at, /* naming= */ null);
  }

  /** A step that uses what a name stands for. */
  static Step naming(Use use, @Nullable Naming naming, int at) {
    return of(use, naming == null ? null : naming.prepared(), at, naming);
  }

  private static Step of(Use use, @Nullable Prepared prepared, int at, @Nullable Naming naming) {
    return prepared == null
        ? new Step(use, ClientText.UNKNOWN, null, at, naming)
        : new Step(use, prepared.text(), prepared.statement(), at, naming);
  }

  /** Returns the step as it is by what is known now of the names of statements. */
  Step resolved() {
    return naming == null || !naming.hasFailed() ? this : naming(use, naming, at);
  }

  /** Whether a statement is run. */
  public boolean runs() {
    return use.runs();
  }

  /** Whether its answer has the id of a job in it, or describes it. */
  public boolean asksForJob() {
    return statement != null && statement.asksForJob();
  }

  /** Returns how the plan is to be shown that it asks for, or prepares; null if it does not. */
  public @Nullable Explanation explanation() {
    return statement == null ? null : statement.explanation().orElse(null);
  }

  /** Whether a job was asked for that PostgreSQL does not know of. */
  boolean isAsync() {
    return statement != null && statement.async() != AsyncForm.NONE;
  }

  /** Returns the text of the statement as the client sent it; of a Query its own part. */
  public String recordedText() {
    return use == Use.QUERY && statement != null && text.statements().size() > 1
        ? statement.text()
        : text.sent();
  }

  Step shiftedBy(int offset) {
    return new Step(use, text, statement, at + offset, naming);
  }
}
