package io.github.dsqljava.local.wire;

import io.github.dsqljava.local.wire.MessageSplitter.Handling;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.charset.StandardCharsets;

/**
 * Stands between a client and everything that acts on it, and listens to both sides. It sees what
 * the client really sent and got, and changes none of it.
 */
final class Tap extends ChannelDuplexHandler {
  private static final System.Logger LOG = System.getLogger(Tap.class.getName());
  private static final int HEADER = 5;

  private final Transcript transcript;
  private final MessageSplitter fromClient;
  private final MessageSplitter fromServer;
  private boolean listening = true;

  Tap(Transcript transcript, ByteBufAllocator allocator, int maxMessageLength) {
    this.transcript = transcript;
    fromClient = new MessageSplitter(allocator, maxMessageLength, new ClientSide());
    fromServer = new MessageSplitter(allocator, Integer.MAX_VALUE, new ServerSide());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    listen(fromClient, message);
    context.fireChannelRead(message);
  }

  // What is written belongs to its writer, and so does the promise.
  @SuppressWarnings("FutureReturnValueIgnored")
  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    listen(fromServer, message);
    context.write(message, promise);
  }

  private void listen(MessageSplitter side, Object message) {
    if (!listening || !(message instanceof ByteBuf bytes)) {
      return;
    }
    try {
      side.feed(bytes.retainedDuplicate());
    } catch (RuntimeException e) {
      // Nobody may lose a connection because it is listened to. Those who act on it will find
      // what is wrong with its messages.
      stop();
      LOG.log(System.Logger.Level.DEBUG, "a connection is not recorded any more", e);
    }
  }

  private void stop() {
    if (listening) {
      listening = false;
      transcript.ends();
      fromClient.release();
      fromServer.release();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    stop();
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    stop();
  }

  private final class ClientSide implements MessageSplitter.Sink {
    @Override
    public Handling handling(byte type) {
      return switch (type) {
        case 'Q', 'P', 'B', 'D', 'C', 'E', 'F', 'S', 'c', 'f' -> Handling.TAKE;
        default -> Handling.PASS;
      };
    }

    @Override
    public void bytes(ByteBuf run) {
      run.release();
    }

    @Override
    public void message(byte type, ByteBuf message) {
      try {
        message.skipBytes(HEADER);
        switch (type) {
          case 'Q' -> transcript.query(string(message));
          case 'P' -> transcript.parse(string(message), string(message));
          case 'B' -> transcript.bind(string(message), string(message));
          case 'E' -> transcript.execute(string(message));
          case 'D', 'C' -> named(type, message);
          case 'F' -> transcript.functionCall();
          case 'S' -> transcript.sync();
          default -> transcript.copyInEnds();
        }
      } finally {
        message.release();
      }
    }

    private void named(byte type, ByteBuf message) {
      boolean statement = message.isReadable() && message.readByte() == 'S';
      String name = string(message);
      if (type == 'D' && statement) {
        transcript.describeStatement(name);
      } else if (type == 'D') {
        transcript.describePortal(name);
      } else if (statement) {
        transcript.closeStatement(name);
      } else {
        transcript.closePortal(name);
      }
    }
  }

  private final class ServerSide implements MessageSplitter.Sink {
    @Override
    public Handling handling(byte type) {
      return switch (type) {
        case '1', '2', '3', 'T', 'n', 'C', 's', 'V', 'I', 'E', 'G', 'Z' -> Handling.TAKE;
        default -> Handling.PASS;
      };
    }

    @Override
    public void bytes(ByteBuf run) {
      run.release();
    }

    @Override
    public void message(byte type, ByteBuf message) {
      try {
        switch (type) {
          case 'C' -> transcript.completed(string(message.skipBytes(HEADER)));
          case 's', 'V' -> transcript.completed("");
          case 'I' -> transcript.empty();
          case ErrorMessage.TYPE -> failed(ErrorMessage.decode(message));
          case 'G' -> transcript.copyInBegins();
          case 'Z' -> transcript.ready(message.getByte(message.readerIndex() + HEADER));
          default -> transcript.prepared();
        }
      } finally {
        message.release();
      }
    }

    private void failed(ErrorMessage error) {
      // Its fields have one character a byte.
      byte[] text = error.field('M').getBytes(StandardCharsets.ISO_8859_1);
      transcript.failed(error.sqlState(), new String(text, StandardCharsets.UTF_8));
    }
  }

  /** Reads a string and its closing zero; all there is, if there is none. */
  private static String string(ByteBuf message) {
    int length = message.bytesBefore((byte) 0);
    String text =
        message
            .readCharSequence(length < 0 ? message.readableBytes() : length, StandardCharsets.UTF_8)
            .toString();
    message.skipBytes(length < 0 ? 0 : 1);
    return text;
  }
}
