package io.github.dsqljava.local.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.protocol.MessageSplitter.Handling;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MessageSplitterTest {
  private static final int MAX = 1000;

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final Recorder recorder = new Recorder();
  private final MessageSplitter splitter = new MessageSplitter(allocator, MAX, recorder);

  @AfterEach
  void nothingLeaks() {
    splitter.release();
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  @Test
  void feed_mixedMessagesCutAtEveryPoint_keepsOrderAndBytes() {
    byte[] stream =
        concat(
            message('B', 3), message('Q', 7), message('Q', 0), message('E', 20), message('Q', 1));
    for (int first = 0; first <= stream.length; first++) {
      for (int second = first; second <= stream.length; second++) {
        recorder.clear();
        feed(stream, 0, first);
        feed(stream, first, second);
        feed(stream, second, stream.length);
        assertThat(recorder.all()).as("cut at %d and %d", first, second).isEqualTo(stream);
        assertThat(recorder.wanted).containsExactly("Q12", "Q5", "Q6");
      }
    }
  }

  @Test
  void feed_byteByByte_keepsOrderAndBytes() {
    byte[] stream = concat(message('Q', 7), message('B', 300), message('Q', 2));
    for (int i = 0; i < stream.length; i++) {
      feed(stream, i, i + 1);
    }
    assertThat(recorder.all()).isEqualTo(stream);
    assertThat(recorder.wanted).containsExactly("Q12", "Q7");
  }

  @Test
  void feed_manyUnwantedMessagesAtOnce_arePassedAsOneRun() {
    byte[] stream = concat(message('D', 5), message('D', 6), message('C', 7));
    feed(stream, 0, stream.length);
    assertThat(recorder.runs).isEqualTo(1);
  }

  @Test
  void feed_partOfUnwantedMessage_isPassedAtOnce() {
    byte[] stream = message('D', 500);
    feed(stream, 0, 100);
    assertThat(recorder.all()).hasSize(100);
  }

  @Test
  void feed_largeMessageInSmallPieces_isCopiedOnceAndNotForEachPiece() {
    CountingAllocator counting = new CountingAllocator();
    MessageSplitter large = new MessageSplitter(counting, 1 << 21, recorder);
    byte[] stream = message('Q', 1 << 20);
    for (int i = 0; i < stream.length; i += 1024) {
      int end = Math.min(stream.length, i + 1024);
      large.feed(allocator.heapBuffer().writeBytes(stream, i, end - i));
    }
    assertThat(recorder.all()).isEqualTo(stream);
    assertThat(counting.buffers).isEqualTo(1);
  }

  @Test
  void feed_lengthAtLimit_isAccepted() {
    byte[] stream = message('Q', MAX - 4);
    feed(stream, 0, stream.length);
    assertThat(recorder.all()).isEqualTo(stream);
  }

  @Test
  void feed_lengthAboveLimit_isRefusedAfterHandingOnWhatCameBefore() {
    byte[] before = message('D', 5);
    byte[] stream = concat(before, message('D', MAX - 3));
    assertThatThrownBy(() -> feed(stream, 0, stream.length))
        .isInstanceOf(ProtocolViolationException.class);
    assertThat(recorder.all()).isEqualTo(before);
  }

  @Test
  void feed_lengthBelowFour_isRefused() {
    byte[] stream = {'Q', 0, 0, 0, 3, 0, 0};
    assertThatThrownBy(() -> feed(stream, 0, stream.length))
        .isInstanceOf(ProtocolViolationException.class);
  }

  @Test
  void feed_negativeLength_isRefused() {
    byte[] stream = {'Q', (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff};
    assertThatThrownBy(() -> feed(stream, 0, stream.length))
        .isInstanceOf(ProtocolViolationException.class);
  }

  @Test
  void feed_randomStreamsInRandomPieces_keepsOrderAndBytes() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      recorder.clear();
      byte[] stream = new byte[0];
      for (int i = random.nextInt(20); i >= 0; i--) {
        stream = concat(stream, message("QBDEPS".charAt(random.nextInt(6)), random.nextInt(200)));
      }
      for (int position = 0; position < stream.length; ) {
        int next = Math.min(stream.length, position + random.nextInt(60));
        feed(stream, position, next);
        position = next;
      }
      assertThat(recorder.all()).as("seed %d", seed).isEqualTo(stream);
    }
  }

  private void feed(byte[] stream, int from, int to) {
    splitter.feed(allocator.heapBuffer().writeBytes(stream, from, to - from));
  }

  private static byte[] message(char type, int bodyLength) {
    ByteBuffer message = ByteBuffer.allocate(5 + bodyLength).put((byte) type);
    message.putInt(4 + bodyLength);
    for (int i = 0; i < bodyLength; i++) {
      message.put((byte) (i + bodyLength));
    }
    return message.array();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** Counts the buffers that the splitter makes to keep what is incomplete. */
  private static final class CountingAllocator extends AbstractByteBufAllocator {
    private int buffers;

    CountingAllocator() {
      super(/* preferDirect= */ false);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      buffers++;
      return new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      return newHeapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }

  private static final class Recorder implements MessageSplitter.Sink {
    private final ByteBuf all = Unpooled.buffer();
    private final List<String> wanted = new ArrayList<>();
    private int runs;

    byte[] all() {
      return ByteBufUtil.getBytes(all);
    }

    void clear() {
      all.clear();
      wanted.clear();
      runs = 0;
    }

    @Override
    public Handling handling(byte type) {
      return type == 'Q' ? Handling.TAKE : Handling.PASS;
    }

    @Override
    public void message(byte type, ByteBuf message) {
      wanted.add((char) type + "" + message.readableBytes());
      all.writeBytes(message);
      message.release();
    }

    @Override
    public void bytes(ByteBuf run) {
      runs++;
      all.writeBytes(run);
      run.release();
    }
  }
}
