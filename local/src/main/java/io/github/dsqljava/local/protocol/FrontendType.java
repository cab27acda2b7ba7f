package io.github.dsqljava.local.protocol;

/** Type bytes of the messages that a client sends. PostgreSQL 16, "Message Formats". */
public final class FrontendType {
  public static final byte BIND = 'B';
  public static final byte CLOSE = 'C';
  public static final byte COPY_DATA = 'd';
  public static final byte COPY_DONE = 'c';
  public static final byte COPY_FAIL = 'f';
  public static final byte DESCRIBE = 'D';
  public static final byte EXECUTE = 'E';
  public static final byte FLUSH = 'H';
  public static final byte FUNCTION_CALL = 'F';
  public static final byte PARSE = 'P';
  public static final byte PASSWORD = 'p';
  public static final byte QUERY = 'Q';
  public static final byte SYNC = 'S';
  public static final byte TERMINATE = 'X';

  private FrontendType() {}

  /** Whether a message carries data of COPY, or its end. */
  public static boolean isOfCopy(byte type) {
    return type == COPY_DATA || type == COPY_DONE || type == COPY_FAIL;
  }

  /** Whether a message is one of those that PostgreSQL answers with one ReadyForQuery together. */
  public static boolean belongsToBatch(byte type) {
    return switch (type) {
      case QUERY, PARSE, BIND, EXECUTE, DESCRIBE, CLOSE, SYNC, FLUSH, FUNCTION_CALL -> true;
      default -> false;
    };
  }
}
