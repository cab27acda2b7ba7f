package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.wire.Fault.Before;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;

/**
 * What PostgreSQL is given in place of a statement that a fault strikes: the statement itself or a
 * ROLLBACK, if the fault wants one, and then the use of a prepared statement that does not exist.
 * That fails, so PostgreSQL itself skips the rest of the batch, and the failure shows by its text
 * that everything before it is done.
 */
public final class StandIn {
  private static final String MISSING_STATEMENT = "dsql-local fault";

  /** How it fails in a Query. */
  public static final String FAILURE = "EXECUTE \"" + MISSING_STATEMENT + "\"";

  private static final String HIDDEN_STATEMENT = "dsql-local hidden";
  private static final String ROLLBACK = "ROLLBACK";
  private static final String UNNAMED_PORTAL = "";
  private static final String UNDEFINED_PREPARED_STATEMENT = "26000";

  private StandIn() {}

  /**
   * For a statement in a Query.
   *
   * @param statement what the client sent
   */
  static String sql(Before before, String statement) {
    return switch (before) {
      case NOTHING -> FAILURE;
      case ITSELF -> statement + "; " + FAILURE;
      case ROLLBACK -> ROLLBACK + "; " + FAILURE;
    };
  }

  /**
   * How many messages the client must not get of the answer to {@link #sql} before the failure: a
   * CommandComplete or nothing.
   */
  static int answersToSql(Before before) {
    return before == Before.NOTHING ? 0 : 1;
  }

  /**
   * For an Execute. What is committed is what the client sent, so that there is nothing else to
   * hide should it fail. For a ROLLBACK, the unnamed prepared statement stays as it is: a client
   * may still want it. The unnamed portal does not, for no portal outlives the transaction.
   *
   * @param execute the message of the client
   */
  static ByteBuf messages(ByteBuf execute, Before before, ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer();
    switch (before) {
      case NOTHING -> {}
      case ITSELF -> out.writeBytes(execute, execute.readerIndex(), execute.readableBytes());
      case ROLLBACK -> rollback(out);
    }
    bind(out, MISSING_STATEMENT);
    return out;
  }

  /**
   * How many messages the client must not get of the answer to {@link #messages} before the
   * failure: CommandComplete, for ROLLBACK also ParseComplete, BindComplete and CloseComplete.
   */
  static int answersToMessages(Before before) {
    return switch (before) {
      case NOTHING -> 0;
      case ITSELF -> 1;
      case ROLLBACK -> 4;
    };
  }

  private static void rollback(ByteBuf out) {
    int parse = begin(out, 'P');
    writeString(out, HIDDEN_STATEMENT);
    writeString(out, ROLLBACK);
    out.writeShort(0); // parameter types
    end(out, parse);
    bind(out, HIDDEN_STATEMENT);
    int execute = begin(out, 'E');
    writeString(out, UNNAMED_PORTAL);
    out.writeInt(0); // no limit of rows
    end(out, execute);
    int close = begin(out, 'C');
    out.writeByte('S');
    writeString(out, HIDDEN_STATEMENT);
    end(out, close);
  }

  /** Whether an error is the failure at the end of a stand-in. */
  static boolean isFailure(ErrorMessage error) {
    return error.sqlState().equals(UNDEFINED_PREPARED_STATEMENT)
        && error.field('M').contains("\"" + MISSING_STATEMENT + "\"");
  }

  private static void bind(ByteBuf out, String statement) {
    int bind = begin(out, 'B');
    writeString(out, UNNAMED_PORTAL);
    writeString(out, statement);
    out.writeShort(0).writeShort(0).writeShort(0); // formats, parameters, formats of the result
    end(out, bind);
  }

  private static int begin(ByteBuf out, char type) {
    out.writeByte(type);
    int length = out.writerIndex();
    out.writeInt(0);
    return length;
  }

  private static void end(ByteBuf out, int length) {
    out.setInt(length, out.writerIndex() - length);
  }

  private static void writeString(ByteBuf out, String text) {
    ByteBufUtil.writeAscii(out, text);
    out.writeByte(0);
  }
}
