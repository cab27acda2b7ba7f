package io.github.dsqljava.vertx.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.nio.charset.StandardCharsets;

/**
 * Sends the password together with the startup message, before the server asks for it, and keeps
 * back the codec's own answer to that question. After that, or when the codec writes any other
 * message, it leaves the pipeline.
 *
 * <p>For use inside verified TLS only, because any server gets the password.
 */
// A failed write closes its channel, and the attempt notices.
@SuppressWarnings("FutureReturnValueIgnored")
final class EarlyPasswordHandler extends ChannelOutboundHandlerAdapter {

  static final String NAME = "early-password";

  /** The PasswordMessage as the codec writes it in answer to AuthenticationCleartextPassword. */
  private final ByteBuf password;

  private boolean sent;

  EarlyPasswordHandler(String password) {
    byte[] text = password.getBytes(StandardCharsets.UTF_8);
    this.password =
        Unpooled.buffer(PgMessages.HEADER + text.length + 1)
            .writeByte('p')
            .writeInt(4 + text.length + 1)
            .writeBytes(text)
            .writeByte(0);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (!(message instanceof ByteBuf bytes) || !bytes.isReadable()) {
      ctx.write(message, promise);
    } else if (!sent) {
      sent = true;
      ByteBuf both = ctx.alloc().buffer(bytes.readableBytes() + password.readableBytes());
      both.writeBytes(bytes).writeBytes(password, 0, password.readableBytes());
      bytes.release();
      ctx.write(both, promise);
    } else {
      ctx.pipeline().remove(this);
      // An answer to any other question, such as MD5's, has other bytes and must be sent.
      if (ByteBufUtil.equals(bytes, password)) {
        bytes.release();
        promise.trySuccess();
      } else {
        ctx.write(bytes, promise);
      }
    }
  }
}
