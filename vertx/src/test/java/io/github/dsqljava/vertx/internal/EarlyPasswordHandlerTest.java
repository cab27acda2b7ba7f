package io.github.dsqljava.vertx.internal;

import static io.github.dsqljava.vertx.internal.PgBytes.concat;
import static io.github.dsqljava.vertx.internal.PgBytes.message;
import static io.github.dsqljava.vertx.internal.PgBytes.query;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The startup message and what may follow it. */
class EarlyPasswordHandlerTest {
  private static final byte[] STARTUP = {0, 0, 0, 9, 0, 3, 0, 0, 0};
  private static final byte[] PASSWORD = message('p', "tökén");

  private final UnpooledByteBufAllocator allocator =
      new UnpooledByteBufAllocator(/* preferDirect= */ false);
  private final EmbeddedChannel channel = new EmbeddedChannel(new EarlyPasswordHandler("tökén"));

  @BeforeEach
  void sendStartup() {
    channel.config().setAllocator(allocator);
    channel.writeOutbound(buffer(STARTUP));
    assertThat(channel.outboundMessages()).as("one write").hasSize(1);
    assertThat(sent()).isEqualTo(concat(STARTUP, PASSWORD));
  }

  @AfterEach
  void nothingIsLeft() {
    channel.finishAndReleaseAll();
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  private ByteBuf buffer(byte[] bytes) {
    return allocator.buffer(bytes.length).writeBytes(bytes);
  }

  private byte[] sent() {
    ByteBuf sent = channel.readOutbound();
    try {
      return ByteBufUtil.getBytes(sent);
    } finally {
      sent.release();
    }
  }

  private boolean isInPipeline() {
    return channel.pipeline().get(EarlyPasswordHandler.class) != null;
  }

  @Test
  void samePasswordWhenAsked_isSwallowed() {
    ChannelFuture written = channel.writeAndFlush(buffer(PASSWORD));
    assertThat(written.isSuccess()).isTrue();
    assertThat(channel.<Object>readOutbound()).isNull();
    assertThat(isInPipeline()).isFalse();
    channel.writeOutbound(buffer(PASSWORD));
    assertThat(sent()).as("only once").isEqualTo(PASSWORD);
  }

  @Test
  void answerToAnotherQuestion_isSent() {
    byte[] md5 = message('p', "md5d41d8cd98f00b204e9800998ecf8427e");
    channel.writeOutbound(buffer(md5));
    assertThat(sent()).isEqualTo(md5);
    assertThat(isInPipeline()).isFalse();
  }

  @Test
  void noQuestionAtAll_commandsAreSent() {
    channel.writeOutbound(buffer(query("SELECT 1")));
    assertThat(sent()).isEqualTo(query("SELECT 1"));
    assertThat(isInPipeline()).isFalse();
  }

  @Test
  void otherThanBytes_passes() {
    channel.writeOutbound("event");
    assertThat(channel.<Object>readOutbound()).isEqualTo("event");
    assertThat(isInPipeline()).isTrue();
  }
}
