package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.wire.Fault.Before;
import io.github.dsqljava.local.wire.MessageSplitter.Handling;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * From a logged-in client to PostgreSQL. Where a fault strikes, a {@link StandIn} goes in the place
 * of a statement; all else passes as it is.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientLeg extends Leg {
  private static final System.Logger LOG = System.getLogger(ClientLeg.class.getName());

  private static final byte QUERY = 'Q';
  private static final byte PARSE = 'P';
  private static final byte BIND = 'B';
  private static final byte DESCRIBE = 'D';
  private static final byte EXECUTE = 'E';
  private static final byte CLOSE = 'C';
  private static final byte SYNC = 'S';
  private static final byte FLUSH = 'H';
  private static final byte FUNCTION_CALL = 'F';
  private static final byte COPY_DONE = 'c';
  private static final byte COPY_FAIL = 'f';
  private static final byte TERMINATE = 'X';
  private static final byte STATEMENT = 'S';
  private static final int HEADER = 5;

  private final Channel client;
  private boolean holding;

  /** How many messages are still taken. */
  private long messagesToTake;

  /**
   * @param messagesToTake how many messages it takes; in place of the next one the connection ends
   */
  ClientLeg(
      Channel client,
      Channel backend,
      Conversation session,
      int maxMessageLength,
      long messagesToTake) {
    super(backend, client.alloc(), session, maxMessageLength);
    this.client = client;
    this.messagesToTake = messagesToTake;
  }

  @Override
  public Handling handling(byte type) {
    if (messagesToTake == 0) {
      return end();
    }
    Handling handling = handlingOf(type);
    if (handling == Handling.PASS) {
      messagesToTake--; // the others are counted when they are complete
    }
    return handling;
  }

  private Handling end() {
    if (!session.isOver()) {
      session.isToEnd();
      client.eventLoop().execute(this::endBackend); // what came with this message goes first
    }
    holding = true;
    client.config().setAutoRead(false);
    return Handling.HOLD;
  }

  /** PostgreSQL answers what it has got, and ends; that closes the client's connection. */
  private void endBackend() {
    peer.write(allocator.buffer().writeByte(FLUSH).writeInt(4));
    peer.writeAndFlush(allocator.buffer().writeByte(TERMINATE).writeInt(4));
  }

  private Handling handlingOf(byte type) {
    return switch (type) {
      case QUERY, PARSE -> inBatch(Handling.TAKE);
      case BIND, EXECUTE -> {
        Handling admitted = inBatch(Handling.PASS);
        yield admitted == Handling.PASS && session.seesStatements() ? Handling.TAKE : admitted;
      }
      case DESCRIBE -> inBatch(Handling.PASS);
      case CLOSE, FUNCTION_CALL -> inBatch(Handling.WATCH);
      case SYNC -> session.copiesIn() ? Handling.PASS : inBatch(Handling.WATCH);
      case COPY_DONE, COPY_FAIL -> Handling.WATCH;
      case TERMINATE -> Handling.TAKE;
      // CopyData and Flush belong to what PostgreSQL has got already.
      default -> Handling.PASS;
    };
  }

  private Handling inBatch(Handling handling) {
    if (session.admits()) {
      return handling;
    }
    holding = true;
    client.config().setAutoRead(false);
    return Handling.HOLD;
  }

  /** Whether messages wait for an answer of PostgreSQL, and no more are to be read. */
  boolean isHolding() {
    return holding;
  }

  /** Goes on with the messages that wait, if PostgreSQL has answered what they wait for. */
  void resume() {
    if (!holding || session.isOver()) {
      return;
    }
    holding = false;
    try {
      splitter.resume();
    } catch (DecoderException e) {
      fail(e);
      return;
    }
    peer.flush();
    if (!holding) {
      client.config().setAutoRead(peer.isWritable());
    }
  }

  @Override
  public void watched(byte type, ByteBuf in, int start, int end) {
    messagesToTake--;
    switch (type) {
      case SYNC -> session.endsBatch(/* withSync= */ true);
      case FUNCTION_CALL -> session.endsBatch(/* withSync= */ false);
      case CLOSE -> {
        if (end > start + HEADER) {
          String name = string(in, start + HEADER + 1, end);
          if (name != null && in.getByte(start + HEADER) == STATEMENT) {
            session.closesStatement(name);
          }
        }
      }
      default -> session.copyInEnds();
    }
  }

  @Override
  public void message(byte type, ByteBuf message) {
    messagesToTake--;
    try {
      ByteBuf given =
          switch (type) {
            case QUERY -> query(message);
            case PARSE -> parse(message);
            case BIND -> bind(message);
            case EXECUTE -> execute(message);
            default -> {
              session.saysGoodbye();
              yield message.retain();
            }
          };
      peer.write(given);
    } finally {
      message.release();
    }
  }

  private ByteBuf query(ByteBuf message) {
    int start = message.readerIndex() + HEADER;
    String sql = string(message, start, message.writerIndex());
    if (sql == null) {
      session.endsBatch(/* withSync= */ false);
      return message.retain(); // malformed: PostgreSQL says so itself
    }
    return replaced(message, start, sql, session.queries(sql));
  }

  private ByteBuf parse(ByteBuf message) {
    int nameStart = message.readerIndex() + HEADER;
    int nameLength = length(message, nameStart, message.writerIndex());
    int start = nameStart + nameLength + 1;
    String sql = nameLength < 0 ? null : string(message, start, message.writerIndex());
    if (sql == null) {
      return message.retain();
    }
    session.prepares(text(message, nameStart, nameLength), sql);
    return message.retain();
  }

  private ByteBuf bind(ByteBuf message) {
    int start = message.readerIndex() + HEADER;
    String portal = string(message, start, message.writerIndex());
    if (portal != null) {
      String statement = string(message, start + portal.length() + 1, message.writerIndex());
      if (statement != null) {
        session.binds(portal, statement);
      }
    }
    return message.retain();
  }

  private ByteBuf execute(ByteBuf message) {
    String portal = string(message, message.readerIndex() + HEADER, message.writerIndex());
    Before before = portal == null ? null : session.executes(portal);
    return before == null ? message.retain() : StandIn.messages(message, before, allocator);
  }

  private ByteBuf replaced(ByteBuf message, int start, String sql, String given) {
    if (given.equals(sql)) {
      return message.retain();
    }
    ByteBuf out = allocator.buffer(message.readableBytes() + given.length() - sql.length());
    out.writeBytes(message, message.readerIndex(), start - message.readerIndex());
    out.writeCharSequence(given, StandardCharsets.ISO_8859_1);
    int rest = start + sql.length();
    out.writeBytes(message, rest, message.writerIndex() - rest);
    return out.setInt(1, out.writerIndex() - 1);
  }

  /** The string that begins at an offset, or null if it has no end. */
  private static @Nullable String string(ByteBuf in, int start, int end) {
    int length = length(in, start, end);
    return length < 0 ? null : text(in, start, length);
  }

  private static int length(ByteBuf in, int start, int end) {
    return start > end ? -1 : in.bytesBefore(start, end - start, (byte) 0);
  }

  /** One character a byte, whatever the client's encoding: nothing is lost on the way back. */
  private static String text(ByteBuf in, int start, int length) {
    return in.toString(start, length, StandardCharsets.ISO_8859_1);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    peer.close();
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(cause);
  }

  private void fail(Throwable cause) {
    // A lost connection is a client's business; anything else is a fault of ours.
    boolean expected = cause instanceof IOException || cause instanceof DecoderException;
    LOG.log(
        expected ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
        "client connection ends",
        cause);
    client.close();
  }
}
