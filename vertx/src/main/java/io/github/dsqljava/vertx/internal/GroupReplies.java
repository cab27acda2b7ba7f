package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.vertx.internal.MessageFrames.Verdict;
import io.netty.buffer.ByteBuf;
import java.net.ProtocolException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Tracks the answers that the server has yet to send to the messages of one group, and selects
 * those that the codec sees: exactly the ones it would have seen if each command had been sent on
 * its own.
 *
 * <p>The server answers a group with one ReadyForQuery, and after an error with nothing else. So
 * this class inserts a ReadyForQuery after each command but the last, and after an error it answers
 * the commands that the server skipped.
 */
final class GroupReplies {

  private static final String ABORTED_STATE = "25P02";

  /** PostgreSQL's own words. */
  private static final String ABORTED =
      "current transaction is aborted, commands ignored until end of transaction block";

  /** One message that must come. */
  private enum Reply {
    PARSED("1", true),
    BOUND("2", true),
    PARAMETERS("t", true),
    COLUMNS("Tn", true),
    RESULT("CIs", true),
    CLOSED("3", true),
    /** Answers to messages that the codec did not write. */
    PARSED_UNSEEN("1", false),
    BOUND_UNSEEN("2", false),
    /** Expected where the codec waits for a RowDescription, but not for a NoData. */
    COLUMNS_OR_UNSEEN("Tn", false),
    /** The end of a command, from which a Sync was removed. */
    READY("", true);

    private final String types;
    private final boolean seen;

    Reply(String types, boolean seen) {
      this.types = types;
      this.seen = seen;
    }

    private boolean comesAs(byte type) {
      return types.indexOf(type) >= 0;
    }

    private boolean isSeen(byte type) {
      return seen || (this == COLUMNS_OR_UNSEEN && type != PgMessages.NO_DATA);
    }
  }

  private final ArrayDeque<Reply> expected = new ArrayDeque<>();
  private boolean begun;
  private boolean failed;
  private boolean ended;

  /** Expects the answers to a BEGIN that was sent as Parse, Bind and Execute. */
  GroupReplies() {
    expected.add(Reply.PARSED_UNSEEN);
    expected.add(Reply.BOUND_UNSEEN);
    expected.add(Reply.RESULT);
    expected.add(Reply.READY);
  }

  /** Expects the answers to a Query that was sent as Parse, Bind, Describe and Execute. */
  void expectQuery() {
    expected.add(Reply.PARSED_UNSEEN);
    expected.add(Reply.BOUND_UNSEEN);
    expected.add(Reply.COLUMNS_OR_UNSEEN);
    expected.add(Reply.RESULT);
    expected.add(Reply.READY);
  }

  /**
   * Expects the answer to one message of the extended protocol.
   *
   * @param kind the first byte of a Describe's body: S for a statement, P for a portal
   */
  void expect(byte type, byte kind) {
    switch (type) {
      case PgMessages.PARSE -> expected.add(Reply.PARSED);
      case PgMessages.BIND -> expected.add(Reply.BOUND);
      case PgMessages.DESCRIBE -> {
        if (kind == 'S') {
          expected.add(Reply.PARAMETERS);
        }
        expected.add(Reply.COLUMNS);
      }
      case PgMessages.EXECUTE -> expected.add(Reply.RESULT);
      case PgMessages.CLOSE -> expected.add(Reply.CLOSED);
      case PgMessages.SYNC -> expected.add(Reply.READY);
      default -> throw new IllegalArgumentException("message type " + type);
    }
  }

  /** Takes the next message of the server. */
  Verdict next(byte type) throws ProtocolException {
    switch (type) {
      case PgMessages.NOTICE_RESPONSE,
          PgMessages.PARAMETER_STATUS,
          PgMessages.NOTIFICATION_RESPONSE -> {
        return Verdict.PASS; // may come at any time
      }
      case PgMessages.ERROR_RESPONSE -> {
        failed = true;
        while (expected.peek() != null && expected.peek() != Reply.READY) {
          expected.remove(); // this command gets no more
        }
        return Verdict.PASS;
      }
      case PgMessages.READY_FOR_QUERY -> {
        if (!failed && expected.size() != 1) {
          throw unexpected(type);
        }
        ended = true;
        return Verdict.DROP_THEN_CUT;
      }
      default -> {
        return answer(type);
      }
    }
  }

  private Verdict answer(byte type) throws ProtocolException {
    Reply reply = expected.peek();
    if (failed || reply == null) {
      throw unexpected(type);
    }
    if (type == PgMessages.DATA_ROW && reply == Reply.RESULT) {
      return Verdict.PASS; // and what ends the rows is still to come
    }
    if (!reply.comesAs(type)) {
      throw unexpected(type);
    }
    expected.remove();
    begun |= reply == Reply.RESULT; // the first one is that of BEGIN
    if (!reply.isSeen(type)) {
      return Verdict.DROP;
    }
    // The last command gets the server's own ReadyForQuery.
    if (expected.peek() == Reply.READY && expected.size() > 1) {
      expected.remove();
      return Verdict.PASS_THEN_CUT;
    }
    return Verdict.PASS;
  }

  private ProtocolException unexpected(byte type) {
    @Nullable Reply reply = expected.peek();
    return new ProtocolException(
        "The server sent a message of type "
            + (char) type
            + " where "
            + (failed ? "only ReadyForQuery may follow an error" : reply + " was expected")
            + ", in answer to a BEGIN and the messages sent with it. The connection is closed");
  }

  /** Whether the server's ReadyForQuery has come, so that no more answers follow. */
  boolean ended() {
    return ended;
  }

  /** Whether BEGIN has succeeded. */
  boolean begun() {
    return begun;
  }

  /**
   * Writes the messages that the codec still waits for: a ReadyForQuery for the last command that
   * the server answered, then errors for those that it skipped.
   *
   * @param status the status in the server's ReadyForQuery
   */
  void writeRest(ByteBuf out, byte status) {
    PgMessages.writeReadyForQuery(out, status);
    expected.removeIf(reply -> reply != Reply.READY);
    for (int skipped = expected.size() - 1; skipped > 0; skipped--) {
      if (begun) {
        PgMessages.writeError(out, ABORTED_STATE, ABORTED);
      } else {
        RefusedCommands.writeError(out);
      }
      PgMessages.writeReadyForQuery(out, status);
    }
    expected.clear();
  }
}
