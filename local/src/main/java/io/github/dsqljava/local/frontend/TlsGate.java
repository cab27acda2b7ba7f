package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.protocol.ProtocolViolationException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.StandardConstants;

/**
 * Looks at a connection's first bytes and lets nothing but TLS and a CancelRequest pass.
 *
 * <p>A TLS ClientHello starts direct TLS. An SSLRequest is answered {@code S}; a byte between it
 * and the handshake is not protected by TLS but could be taken for one that is (CVE-2021-23214), so
 * it ends the connection. A GSSENCRequest is answered {@code N}; the service's answer is unknown.
 */
// A failed write closes its channel, and channelInactive sees that.
@SuppressWarnings("FutureReturnValueIgnored")
final class TlsGate extends ByteToMessageDecoder {
  private static final int TLS_HANDSHAKE_RECORD = 0x16;
  private static final int SHORT_PACKET = 8;
  private static final int CANCEL_PACKET = 16;

  private final SslContext tls;
  private final LoginHandler login;
  private boolean answeredNoEncryption;

  TlsGate(SslContext tls, LoginHandler login) {
    this.tls = tls;
    this.login = login;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (in.getUnsignedByte(in.readerIndex()) == TLS_HANDSHAKE_RECORD) {
      startTls(context, /* direct= */ true);
      return;
    }
    if (in.readableBytes() < SHORT_PACKET) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    int code = in.getInt(in.readerIndex() + 4);
    if (code == StartupPacket.SSL_REQUEST && length == SHORT_PACKET) {
      in.skipBytes(SHORT_PACKET);
      refuseExtraBytes(in, "SSL request");
      context.writeAndFlush(context.alloc().buffer(1).writeByte('S'));
      startTls(context, /* direct= */ false);
    } else if (code == StartupPacket.GSS_ENCRYPTION_REQUEST
        && length == SHORT_PACKET
        && !answeredNoEncryption) {
      in.skipBytes(SHORT_PACKET);
      refuseExtraBytes(in, "GSSAPI encryption request");
      answeredNoEncryption = true;
      context.writeAndFlush(context.alloc().buffer(1).writeByte('N'));
    } else if (code == StartupPacket.CANCEL_REQUEST && length == CANCEL_PACKET) {
      // Accepted and without effect, as on the service.
      in.skipBytes(in.readableBytes());
      context.close();
    } else if (StartupPacket.isSupported(code)) {
      in.skipBytes(in.readableBytes());
      login.refuse(context, Refusals.plaintext(), Remedies.PLAINTEXT);
    } else {
      in.skipBytes(in.readableBytes());
      login.refuse(context, Refusals.protocol("invalid startup packet"), Remedies.PROTOCOL);
    }
  }

  private static void refuseExtraBytes(ByteBuf in, String after) {
    if (in.isReadable()) {
      in.skipBytes(in.readableBytes());
      throw new ProtocolViolationException("received unencrypted data after " + after);
    }
  }

  private void startTls(ChannelHandlerContext context, boolean direct) {
    SslHandler handler = tls.newHandler(context.alloc());
    handler.setHandshakeTimeoutMillis(0); // the login as a whole has a deadline
    SSLEngine engine = handler.engine();
    SSLParameters parameters = engine.getSSLParameters();
    // A matcher sees the name of this handshake; a resumed TLS session may hold an older name.
    parameters.setSNIMatchers(
        List.of(
            new javax.net.ssl.SNIMatcher(StandardConstants.SNI_HOST_NAME) {
              @Override
              public boolean matches(javax.net.ssl.SNIServerName name) {
                login.serverName(name);
                return true;
              }
            }));
    engine.setSSLParameters(parameters);
    login.negotiation(direct);
    context.pipeline().addAfter(context.name(), "tls", handler);
    // Removal passes on the unused bytes: the ClientHello of direct TLS.
    context.pipeline().remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof ProtocolViolationException violation) {
      login.refuse(
          context, Refusals.protocol(String.valueOf(violation.getMessage())), Remedies.PROTOCOL);
    } else {
      context.close().addListener(ChannelFutureListener.CLOSE);
    }
  }
}
