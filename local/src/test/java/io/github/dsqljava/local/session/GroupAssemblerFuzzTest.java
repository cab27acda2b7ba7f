package io.github.dsqljava.local.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.wire.MessageFuzz;
import io.github.dsqljava.local.wire.MessageSplitter;
import io.github.dsqljava.local.wire.MessageSplitter.Handling;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any message makes a group or waits for one, and nothing is lost or kept. */
class GroupAssemblerFuzzTest {
  private static final int ROUNDS = MessageFuzz.rounds(10_000);

  private int answered;
  private int unanswered;

  @Test
  void add_anyMessages_makesGroupsThatEachEndWithOneAnswer() {
    var random = new Random(MessageFuzz.SEED);
    var fuzz = new MessageFuzz(random);
    for (int round = 0; round < ROUNDS; round++) {
      String where = "seed " + MessageFuzz.SEED + ", round " + round;
      var allocator = new UnpooledByteBufAllocator(false);
      answered = 0;
      unanswered = 0;
      var assembler = new GroupAssembler(allocator, group -> judge(group, allocator));
      var splitter = new MessageSplitter(allocator, Integer.MAX_VALUE, new All(assembler));
      byte[] bytes = fuzz.framed(1 + random.nextInt(10));
      splitter.feed(allocator.buffer().writeBytes(bytes));
      splitter.release();
      assembler.release();
      assertThat(answered).as(where).isEqualTo(unanswered);
      assertThat(allocator.metric().usedHeapMemory()).as(where).isZero();
    }
  }

  private void judge(ClientGroup group, UnpooledByteBufAllocator allocator) {
    new Rules().judge(group, allocator);
    assertThat(group.messages).isNotEmpty();
    answered += group.last ? 1 : 0;
    group.release();
  }

  /** Counts what has to be answered with ReadyForQuery. */
  private final class All implements MessageSplitter.Sink {
    private final GroupAssembler assembler;

    All(GroupAssembler assembler) {
      this.assembler = assembler;
    }

    @Override
    public Handling handling(byte type) {
      return Handling.TAKE;
    }

    @Override
    public void bytes(ByteBuf run) {
      run.release();
    }

    @Override
    public void message(byte type, ByteBuf message) {
      if (!Frontend.belongsToGroup(type)) {
        message.release();
        return;
      }
      unanswered += type == 'Q' || type == 'S' || type == 'F' ? 1 : 0;
      assembler.add(type, message);
    }
  }
}
