package io.github.dsqljava.local.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.dialect.DialectCounts;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.request.Step.Use;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often a text is decoded and scanned, and where groups begin and end. */
class GroupAssemblerTest {
  private static final String SQL = "UPDATE accounts SET balance = balance - 1 WHERE id = 7";

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
  private final DialectCounts dialect = new DialectCounts();
  private final List<Group> groups = new ArrayList<>();
  private final GroupAssembler assembler =
      new GroupAssembler(allocator, dialect::read, groups::add);

  /** Texts that were read from the bytes of messages. */
  private final List<String> decoded = new ArrayList<>();

  @AfterEach
  void release() {
    groups.forEach(Group::release);
    assembler.release();
  }

  @Test
  void query_isDecodedAndScannedOnce() {
    send(new Pipeline().query(SQL));
    assertThat(decoded).containsExactly(SQL);
    assertThat(dialect.scans()).isEqualTo(1);
  }

  @Test
  void queryOfManyKinds_isDecodedAndScannedOnce() {
    String sql =
        "BEGIN; SELECT * FROM t FOR UPDATE NOWAIT; AWS IAM GRANT a TO 'b'; CREATE INDEX ASYNC ON t"
            + " (a); COMMIT; SET search_path = a";
    send(new Pipeline().query(sql));
    assertThat(decoded).containsExactly(sql);
    assertThat(dialect.scans()).isEqualTo(1);
    judge();
    assertThat(dialect.scans()).as("nor later").isEqualTo(1);
  }

  @Test
  void parse_isDecodedAndScannedOnce_andItsUsesNeverAgain() {
    send(new Pipeline().parse("s", SQL).sync());
    assertThat(decoded).containsExactly("s", SQL);
    assertThat(dialect.scans()).isEqualTo(1);
    decoded.clear();
    send(new Pipeline().bind("p", "s").describePortal("p").execute("p").sync());
    assertThat(decoded).as("names").containsExactly("p", "s", "p", "p");
    judge();
    assertThat(dialect.scans()).isEqualTo(1);
  }

  /** What rules, faults, conflicts, the record and jobs ask of a group. */
  private void judge() {
    for (Group group : groups) {
      assertThat(group.effect()).isNotNull();
      assertThat(group.settings()).isNotNull();
      assertThat(group.schemaChange()).isNotNull();
      for (Step step : group.steps()) {
        if (step.statement() != null) {
          assertThat(step.statement().changedTables()).isNotNull();
          assertThat(step.statement().certainRefusal()).isNotNull();
        }
        assertThat(step.recordedText()).isNotNull();
      }
    }
  }

  @Test
  void query_withTransactionControl_isCutThere_andItsSyntaxIsCheckedFirst() {
    send(new Pipeline().query("SELECT 1; SELECT 2; COMMIT; SELECT 3"));
    assertThat(groups)
        .extracting(Group::sql)
        .containsExactly(
            "SELECT 1; SELECT 2; COMMIT; SELECT 3", "SELECT 1; SELECT 2", "COMMIT", "SELECT 3");
    assertThat(groups).extracting(Group::checksSyntax).containsExactly(true, false, false, false);
    assertThat(groups).extracting(Group::isLast).containsExactly(false, false, false, true);
    assertThat(groups.get(2).effect()).isEqualTo(TransactionEffect.COMMIT);
  }

  @Test
  void batch_withTransactionControl_isCutAroundIt() {
    send(new Pipeline().run("SELECT 1").run("COMMIT").run("SELECT 2").run("SELECT 3").sync());
    assertThat(groups)
        .extracting(GroupAssemblerTest::executed)
        .containsExactly(List.of("SELECT 1"), List.of("COMMIT"), List.of("SELECT 2", "SELECT 3"));
    assertThat(groups).extracting(Group::isLast).containsExactly(false, false, true);
  }

  @Test
  void flush_cutsTheBatch_andAQueryEndsIt() {
    send(new Pipeline().run("SELECT 1").flush().run("SELECT 2").query("SELECT 3"));
    assertThat(groups)
        .extracting(GroupAssemblerTest::executed)
        .containsExactly(List.of("SELECT 1"), List.of("SELECT 2"), List.of("SELECT 3"));
    assertThat(groups).extracting(Group::isLast).containsExactly(false, false, true);
  }

  @Test
  void refusedParse_beginsAGroup_soThatWhatIsBeforeItIsAnswered() {
    send(new Pipeline().run("SELECT 1").run("TRUNCATE t").sync());
    assertThat(groups).hasSize(2);
    assertThat(executed(groups.get(0))).containsExactly("SELECT 1");
  }

  @Test
  void groupThatFailsAtAStep_doesOnlyWhatStandsBefore() {
    send(new Pipeline().query("UPDATE t SET a = 1; CREATE TABLE u (a int); SET x = 1"));
    Group group = groups.get(0);
    assertThat(group.changesSchema()).isTrue();
    group.failAt(
        group.steps().get(1), ErrorMessage.error("0A000", "no"), OwnNames.random(), allocator);
    assertThat(group.changesSchema()).isFalse();
    assertThat(group.executes()).isTrue();
    assertThat(group.settings()).isEmpty();
    assertThat(group.reachable()).hasSize(1);
    assertThat(group.steps()).as("for the record").hasSize(3);
    assertThat(group.sql()).matches("UPDATE t SET a = 1; EXECUTE \"dsql\\$.*\";CREATE.*");
  }

  private static List<String> executed(Group group) {
    return group.steps().stream()
        .filter(step -> step.use() == Use.EXECUTE || step.use() == Use.QUERY)
        .map(Step::recordedText)
        .toList();
  }

  private void send(Pipeline pipeline) {
    ByteBuffer all = ByteBuffer.wrap(pipeline.bytes());
    while (all.hasRemaining()) {
      int length = 1 + all.getInt(all.position() + 1);
      byte[] message = Arrays.copyOfRange(all.array(), all.position(), all.position() + length);
      all.position(all.position() + length);
      assembler.add(message[0], new CountingBuffer(message));
    }
  }

  /** Notes every text that is read from it. */
  private final class CountingBuffer extends UnpooledHeapByteBuf {
    CountingBuffer(byte[] bytes) {
      super(allocator, bytes, bytes.length);
    }

    @Override
    public String toString(int index, int length, Charset charset) {
      String text = super.toString(index, length, charset);
      if (!text.isEmpty()) {
        decoded.add(text);
      }
      return text;
    }

    @Override
    public ByteBuf slice(int index, int length) {
      throw new AssertionError("read in another way");
    }
  }
}
