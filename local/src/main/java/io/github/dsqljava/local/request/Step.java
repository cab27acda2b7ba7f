package io.github.dsqljava.local.request;

import io.github.dsqljava.local.dialect.AsyncForm;
import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.dialect.Explanation;
import io.github.dsqljava.local.dialect.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The unit that PostgreSQL answers: a statement of a Query, or a message of the extended protocol.
 *
 * @param text the SQL that contains the statement; {@link ClientText#UNKNOWN} if this cluster has
 *     not seen it
 * @param statement the statement; null if it is not known, or there is none
 * @param at its position: in a Query the offset in its SQL, otherwise the index of the message
 * @param naming the origin of the statement's name, if it has one; that message may still fail
 */
public record Step(
    Use use, ClientText text, @Nullable Statement statement, int at, @Nullable Naming naming) {
  /** The kind of step. */
  public enum Use {
    /** One statement of a Query. */
    QUERY,
    PARSE,
    BIND,
    DESCRIBE,
    CLOSE,
    EXECUTE,
    /** Calls a function by its OID, bypassing every rule; see {@link Dialect#FUNCTION_CALL}. */
    FUNCTION_CALL;

    /** Whether a statement is run. */
    public boolean runs() {
      return this == QUERY || this == EXECUTE || this == FUNCTION_CALL;
    }
  }

  /** A step that depends on no name. */
  Step(Use use, ClientText text, @Nullable Statement statement, int at) {
    this(use, text, statement, at, /* naming= */ null);
  }

  static Step of(Use use, @Nullable Prepared prepared, int at) {
    return of(use, prepared, at, /* naming= */ null);
  }

  /** A step that uses a name of a statement. */
  static Step naming(Use use, @Nullable Naming naming, int at) {
    return of(use, naming == null ? null : naming.prepared(), at, naming);
  }

  private static Step of(Use use, @Nullable Prepared prepared, int at, @Nullable Naming naming) {
    return prepared == null
        ? new Step(use, ClientText.UNKNOWN, null, at, naming)
        : new Step(use, prepared.text(), prepared.statement(), at, naming);
  }

  /** Returns the step with the current meaning of its name. */
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

  /** Returns the explanation that its statement asks for, or prepares; null if it asks for none. */
  public @Nullable Explanation explanation() {
    return statement == null ? null : statement.explanation().orElse(null);
  }

  /** Whether the statement starts a job, which PostgreSQL does not know. */
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
