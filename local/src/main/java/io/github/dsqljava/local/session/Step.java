package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.AsyncForm;
import io.github.dsqljava.local.dialect.ClassifiedStatement;
import io.github.dsqljava.local.dialect.Refusal;
import io.github.dsqljava.local.dialect.Source;
import io.github.dsqljava.local.dialect.StatementClass;
import io.github.dsqljava.local.dialect.TransactionEffect;
import java.util.Optional;

/**
 * What a group does with one statement, for {@link Rules}.
 *
 * @param at where it is: in a Query the offset in its SQL, otherwise the index of the message
 */
record Step(Use use, ClassifiedStatement statement, int at) {
  /**
   * A FunctionCall message, which calls a function by its number and past every rule: advisory
   * locks and large objects, too. Whether the service takes it, no source knows; refused like all
   * that no source lists. Drivers use it for large objects only, which the service does not have.
   */
  private static final ClassifiedStatement FUNCTION_CALL =
      new ClassifiedStatement(
          "FunctionCall",
          StatementClass.UTILITY,
          TransactionEffect.NONE,
          AsyncForm.NONE,
          Optional.of(new Refusal("0A000", "unsupported statement: FunctionCall", Source.UNLISTED)),
          Optional.empty(),
          0,
          0);

  /** The message in which it is used. */
  enum Use {
    QUERY,
    /** Only of what the text alone condemns. */
    PARSE,
    BIND,
    EXECUTE;

    boolean runs() {
      return this == QUERY || this == EXECUTE;
    }
  }

  static Step functionCall(int at) {
    return new Step(Use.EXECUTE, FUNCTION_CALL, at);
  }

  Step shiftedBy(int offset) {
    return new Step(use, statement, at + offset);
  }
}
