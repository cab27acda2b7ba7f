package io.github.dsqljava.local.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.MessageSplitter;
import io.github.dsqljava.local.protocol.MessageSplitter.Handling;
import io.github.dsqljava.local.protocol.ProtocolViolationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What reads bytes from a client, without a server: it says what is wrong, or takes them. */
class DecoderFuzzTest {
  private static final int ROUNDS = MessageFuzz.rounds(10_000);

  private final Random random = new Random(MessageFuzz.SEED);
  private final MessageFuzz fuzz = new MessageFuzz(random);

  @Test
  void splitter_anyBytesInAnyPieces_loseNothingBeforeTheFirstBadLength() {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = random.nextBoolean() ? fuzz.framed(8) : fuzz.bytes(8);
      var allocator = new UnpooledByteBufAllocator(false);
      var sink = new Collector();
      var splitter = new MessageSplitter(allocator, 1 << 20, sink);
      boolean violated = false;
      try {
        for (int at = 0; at < bytes.length; ) {
          int end = Math.min(bytes.length, at + 1 + random.nextInt(40));
          splitter.feed(allocator.buffer().writeBytes(bytes, at, end - at));
          at = end;
        }
      } catch (ProtocolViolationException e) {
        violated = true;
      }
      splitter.release();
      byte[] out = sink.out.toByteArray();
      String where = "seed " + MessageFuzz.SEED + ", round " + round;
      assertThat(out).as(where).isEqualTo(Arrays.copyOf(bytes, out.length));
      assertThat(bytes.length - out.length)
          .as(where)
          .isLessThanOrEqualTo(violated ? bytes.length : longestRest(bytes, out.length));
      assertThat(allocator.metric().usedHeapMemory()).as(where).isZero();
    }
  }

  /** Only a message that is not complete may be missing. */
  private static int longestRest(byte[] bytes, int from) {
    if (bytes.length - from < 5) {
      return 4;
    }
    return Unpooled.wrappedBuffer(bytes).getInt(from + 1);
  }

  @Test
  void login_anyBytes_isAPacketOrAViolation() {
    byte[] good =
        RawClient.startup(3 << 16, Map.of("user", "admin", "options", "-c search_path=a\\ b"));
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = good.clone();
      for (int n = random.nextInt(6); n > 0; n--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      var channel = new EmbeddedChannel(new LoginDecoder());
      String where = "seed " + MessageFuzz.SEED + ", round " + round;
      try {
        for (byte[] input : new byte[][] {bytes, fuzz.bytes(2)}) {
          channel.writeInbound(Unpooled.wrappedBuffer(input));
        }
        for (Object message = channel.readInbound();
            message != null;
            message = channel.readInbound()) {
          if (message instanceof StartupPacket packet) {
            assertThat(SessionSettings.of(packet)).as(where).isNotNull();
          }
          ReferenceCountUtil.release(message);
        }
      } catch (ProtocolViolationException e) {
        assertThat(e.getMessage()).as(where).isNotEmpty();
      } catch (DecoderException e) {
        assertThat(e.getCause())
            .as(where)
            .isInstanceOf(LoginDecoder.UnsupportedProtocolException.class);
      }
      try {
        channel.finishAndReleaseAll();
      } catch (DecoderException e) {
        // The decoder has a last look at what is left, and does not like it either.
      }
    }
  }

  @Test
  void errorMessage_anyFields_areRead() {
    for (int round = 0; round < ROUNDS; round++) {
      byte[] body = new byte[random.nextInt(40)];
      random.nextBytes(body);
      ByteBuf message = Unpooled.buffer().writeByte('E').writeInt(4 + body.length);
      assertThat(ErrorMessage.decode(message.writeBytes(body)).fields())
          .as("seed %d, round %d", MessageFuzz.SEED, round)
          .isNotNull();
    }
  }

  private static byte[] bytes(ByteBuf buffer) {
    if (buffer == null) {
      return new byte[0];
    }
    byte[] bytes = new byte[buffer.readableBytes()];
    buffer.readBytes(bytes).release();
    return bytes;
  }

  /** Wants some types one way and some another, and puts all together again. */
  private static final class Collector implements MessageSplitter.Sink {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Override
    public Handling handling(byte type) {
      return Handling.values()[(type & 0xff) % 2];
    }

    @Override
    public void message(byte type, ByteBuf message) {
      bytes(message);
    }

    @Override
    public void bytes(ByteBuf run) {
      out.writeBytes(DecoderFuzzTest.bytes(run));
    }
  }
}
