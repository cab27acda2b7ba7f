package io.github.dsqljava.local.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.dialect.Dialect;
import io.github.dsqljava.local.frontend.MessageFuzz;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.FrontendType;
import io.github.dsqljava.local.protocol.MessageSplitter;
import io.github.dsqljava.local.protocol.MessageSplitter.Handling;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any message makes a group or waits for one, and nothing is lost or kept. */
class GroupAssemblerFuzzTest {
  private static final int ROUNDS = MessageFuzz.rounds(10_000);

  private final OwnNames names = OwnNames.random();
  private final Random random = new Random(MessageFuzz.SEED);
  private int answered;
  private int unanswered;

  @Test
  void add_anyMessages_makesGroupsThatEachEndWithOneAnswer() {
    var fuzz = new MessageFuzz(random);
    for (int round = 0; round < ROUNDS; round++) {
      String where = "seed " + MessageFuzz.SEED + ", round " + round;
      var allocator = new UnpooledByteBufAllocator(false);
      answered = 0;
      unanswered = 0;
      var assembler =
          new GroupAssembler(allocator, Dialect.standard()::read, group -> fail(group, allocator));
      var splitter = new MessageSplitter(allocator, Integer.MAX_VALUE, new All(assembler));
      byte[] bytes = fuzz.framed(1 + random.nextInt(10));
      splitter.feed(allocator.buffer().writeBytes(bytes));
      splitter.release();
      assembler.release();
      assertThat(answered).as(where).isEqualTo(unanswered);
      assertThat(allocator.metric().usedHeapMemory()).as(where).isZero();
    }
  }

  /** Some of them are made to fail somewhere, as rules and faults do. */
  private void fail(Group group, UnpooledByteBufAllocator allocator) {
    assertThat(group.messages()).isNotEmpty();
    List<Step> steps = group.steps();
    if (!steps.isEmpty() && random.nextBoolean()) {
      Step step = steps.get(random.nextInt(steps.size()));
      ErrorMessage error = ErrorMessage.error("XX000", "no");
      if (step.runs() && random.nextBoolean()) {
        group.failBehind(step, error, names, allocator);
      } else {
        group.failAt(step, error, names, allocator);
      }
      assertThat(group.reachable()).hasSizeLessThanOrEqualTo(steps.size());
    }
    answered += group.isLast() ? 1 : 0;
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
      if (!FrontendType.belongsToBatch(type)) {
        message.release();
        return;
      }
      unanswered += type == 'Q' || type == 'S' || type == 'F' ? 1 : 0;
      assembler.add(type, message);
    }
  }
}
