package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.protocol.ProtocolViolationException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Decodes a client's login: a {@link StartupPacket}, then its {@link Password}. It keeps all later
 * bytes, and passes them on when it is removed from the pipeline.
 */
final class LoginDecoder extends ByteToMessageDecoder {
  /** A token with a session token in it has a few thousand bytes. */
  private static final int MAX_PASSWORD_LENGTH = 1 << 16;

  private static final byte PASSWORD_MESSAGE = 'p';
  private static final byte TERMINATE_MESSAGE = 'X';

  private enum Step {
    STARTUP,
    PASSWORD,
    DONE
  }

  /** The password message: a token. */
  record Password(String token) {
    /** Hides the token. */
    @Override
    public String toString() {
      return "Password[" + token.length() + " characters]";
    }
  }

  /** The client has given up, or asked for a cancellation, which has no effect. */
  enum Goodbye {
    INSTANCE
  }

  private Step step = Step.STARTUP;

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    switch (step) {
      case STARTUP -> decodeStartup(in, out);
      case PASSWORD -> decodePassword(in, out);
      case DONE -> {}
    }
  }

  private void decodeStartup(ByteBuf in, List<Object> out) {
    if (in.readableBytes() < 8) {
      return;
    }
    long length = in.getUnsignedInt(in.readerIndex());
    int version = in.getInt(in.readerIndex() + 4);
    if (length < 8 || length > StartupPacket.MAX_LENGTH) {
      in.skipBytes(in.readableBytes());
      throw new ProtocolViolationException("invalid length of startup packet");
    }
    if (in.readableBytes() < length) {
      return;
    }
    ByteBuf packet = in.readSlice((int) length).skipBytes(8);
    if (version == StartupPacket.CANCEL_REQUEST) {
      step = Step.DONE;
      out.add(Goodbye.INSTANCE);
      return;
    }
    if (!StartupPacket.isSupported(version)) {
      throw new UnsupportedProtocolException(version);
    }
    step = Step.PASSWORD;
    out.add(StartupPacket.decode(version, packet));
  }

  private void decodePassword(ByteBuf in, List<Object> out) {
    if (in.readableBytes() < 5) {
      return;
    }
    byte type = in.getByte(in.readerIndex());
    long length = in.getUnsignedInt(in.readerIndex() + 1);
    if (type == TERMINATE_MESSAGE) {
      in.skipBytes(in.readableBytes());
      step = Step.DONE;
      out.add(Goodbye.INSTANCE);
      return;
    }
    if (type != PASSWORD_MESSAGE) {
      in.skipBytes(in.readableBytes());
      throw new ProtocolViolationException(
          "expected password response, got message type " + (type & 0xff));
    }
    if (length < 5 || length > MAX_PASSWORD_LENGTH) {
      in.skipBytes(in.readableBytes());
      throw new ProtocolViolationException("invalid password packet size");
    }
    if (in.readableBytes() < length + 1) {
      return;
    }
    ByteBuf message = in.readSlice((int) length + 1).skipBytes(5);
    int end = message.bytesBefore((byte) 0);
    if (end != message.readableBytes() - 1) {
      throw new ProtocolViolationException("invalid password packet size");
    }
    step = Step.DONE;
    out.add(new Password(message.readCharSequence(end, StandardCharsets.UTF_8).toString()));
  }

  /** A protocol version other than 3. */
  static final class UnsupportedProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int version;

    UnsupportedProtocolException(int version) {
      super("unsupported protocol version");
      this.version = version;
    }

    int version() {
      return version;
    }
  }
}
