package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.ClassifiedStatement;

/**
 * What a group does with one statement, for {@link Rules}.
 *
 * @param at where it is: in a Query the offset in its SQL, otherwise the index of the message
 */
record Step(Use use, ClassifiedStatement statement, int at) {
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

  Step shiftedBy(int offset) {
    return new Step(use, statement, at + offset);
  }
}
