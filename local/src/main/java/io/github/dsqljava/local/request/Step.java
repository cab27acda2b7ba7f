package io.github.dsqljava.local.request;

import io.github.dsqljava.local.dialect.AsyncForm;
import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.dialect.Statement;
import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL answers by itself: a statement of a Query, or a message of the extended protocol.
 *
 * @param text the SQL in which the statement stands; {@link ClientText#UNKNOWN} if nobody has seen
 *     it
 * @param statement the statement; null if it is not known, or there is none
 * @param at where it is: in a Query the offset in its SQL, otherwise the index of the message
 */
public record Step(Use use, ClientText text, @Nullable Statement statement, int at) {
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

  static Step of(Use use, @Nullable Prepared prepared, int at) {
    return prepared == null
        ? new Step(use, ClientText.UNKNOWN, null, at)
        : new Step(use, prepared.text(), prepared.statement(), at);
  }

  /** Whether a statement is run. */
  public boolean runs() {
    return use.runs();
  }

  /** Whether its answer has the id of a job in it, or describes it. */
  public boolean asksForJob() {
    return statement != null && statement.asksForJob();
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
    return new Step(use, text, statement, at + offset);
  }
}
