package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.Refusal;
import io.github.dsqljava.local.wire.ErrorMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * What stands in a group for a statement that the service refuses. PostgreSQL is made to fail at
 * its place, so that all around it is as with any other error: a mistake in the syntax comes first,
 * what stands before has been answered, what stands behind is skipped, and the transaction is
 * aborted or undone.
 *
 * @param answer the service's error
 * @param position how many characters stand before what was inserted
 * @param inserted how many characters were inserted
 */
record Refused(ErrorMessage answer, int position, int inserted) {
  /**
   * PostgreSQL reads all of a text before it says that a Parse message must not have two
   * statements, and looks at none of them more closely.
   */
  private static final String SECOND_STATEMENT = "SELECT;";

  private static final String MISSING = "dsql$refused";

  /** A Parse that fails, whether there is a mistake in its syntax or not. */
  static ByteBuf parse(ByteBufAllocator allocator, String name, String sql, byte[] parameters) {
    ByteBuf out = allocator.buffer();
    Frontend.parse(out, name, SECOND_STATEMENT + sql, parameters);
    return out;
  }

  /** Prepares a group for its refusal at a step. */
  static void at(Step step, Refusal refusal, ClientGroup group, ByteBufAllocator allocator) {
    ErrorMessage answer = ErrorMessage.error(refusal.sqlState(), refusal.message());
    int at = step.at();
    switch (step.use()) {
      case QUERY -> {
        String failing =
            "CALL sys.refuse("
                + Sql.literal(refusal.sqlState())
                + ", "
                + Sql.literal(refusal.message())
                + ");";
        group.refused =
            new Refused(answer, characters(group.sql.substring(0, at)), characters(failing));
        group.sql = group.sql.substring(0, at) + failing + group.sql.substring(at);
        group.messages.set(0, Frontend.query(allocator, group.sql)).release();
      }
      case PARSE -> group.refused = new Refused(answer, 0, SECOND_STATEMENT.length());
      case BIND, EXECUTE -> {
        group.refused = new Refused(answer, 0, 0);
        group.messages.set(at, Frontend.bind(allocator, MISSING)).release();
        group.bound.keySet().removeIf(index -> index >= at);
      }
    }
  }

  /** In UTF-8, whatever the client uses: where it matters, the text is nothing but ASCII. */
  private static int characters(String bytes) {
    return (int) bytes.chars().filter(unit -> (unit & 0xC0) != 0x80).count();
  }

  /** What the client is told when PostgreSQL says this. */
  ErrorMessage translate(ErrorMessage error) {
    if ((position == 0 && inserted > 0 && Conflicts.isOnlyNumberOfStatements(error))
        || isMissing(error)) {
      return answer;
    }
    String found = error.field('P');
    if (inserted == 0 || found.isEmpty() || Integer.parseInt(found) <= position + inserted) {
      return error;
    }
    return error.with('P', Integer.toString(Integer.parseInt(found) - inserted));
  }

  private static boolean isMissing(ErrorMessage error) {
    return error.sqlState().equals("26000") && error.field('M').contains('"' + MISSING + '"');
  }
}
