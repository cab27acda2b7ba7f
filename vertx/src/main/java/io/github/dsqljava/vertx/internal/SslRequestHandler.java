package io.github.dsqljava.vertx.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends PostgreSQL's SSLRequest, waits for the one byte of the answer, and leaves the pipeline.
 *
 * <p>Any answer but exactly one {@code S} is refused. Further bytes were sent unencrypted, by the
 * server or by an attacker in between, and must not be taken for encrypted data of the server
 * (CVE-2021-23222).
 */
final class SslRequestHandler extends ChannelInboundHandlerAdapter {

  /** Length 8, then the request code 1234.5679 in the place of a protocol version. */
  private static final int LENGTH = 8;

  private static final int CODE = 80877103;

  private final Consumer<@Nullable SSLException> outcome;
  private boolean answered;

  /**
   * Makes a handler for one channel.
   *
   * @param outcome called once on the event loop: with null when TLS may begin, else with the
   *     reason
   */
  SslRequestHandler(Consumer<@Nullable SSLException> outcome) {
    this.outcome = outcome;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    // A failed write closes the channel, which the attempt notices.
    var unused =
        ctx.writeAndFlush(
            ctx.alloc().buffer(LENGTH).writeInt(LENGTH).writeInt(CODE), ctx.voidPromise());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    SSLException problem;
    try {
      problem = judge(message);
    } finally {
      ReferenceCountUtil.release(message);
    }
    if (answered) {
      return; // more bytes after a refusal; the channel is being closed
    }
    answered = true;
    if (problem == null) {
      ctx.pipeline().remove(this);
    }
    outcome.accept(problem);
  }

  private static @Nullable SSLException judge(Object message) {
    if (!(message instanceof ByteBuf bytes) || bytes.readableBytes() != 1) {
      return new SSLException("the server sent more than the one byte that answers an SSLRequest");
    }
    byte answer = bytes.getByte(bytes.readerIndex());
    if (answer == 'S') {
      return null;
    }
    return new SSLException(
        answer == 'N'
            ? "the server offers no TLS: it answered N to the SSLRequest"
            : "the server's answer to the SSLRequest is not PostgreSQL's");
  }
}
