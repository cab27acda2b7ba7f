package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.protocol.FrontendType;
import io.github.dsqljava.local.protocol.Message;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.GroupAssembler;
import io.netty.buffer.ByteBuf;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes what the client sends: groups for the queue, and the messages that belong to none, which
 * are goodbye and the data of COPY. Belongs to an event loop.
 */
final class Intake {
  private final Backend backend;
  private final Exchanges exchanges;
  private final ClientQueue queue;
  private final @Nullable Recorder recorder;
  private final GroupAssembler assembler;

  /**
   * @param reader reads the SQL of a message
   * @param recorder null if nothing is recorded
   */
  Intake(
      Backend backend,
      Exchanges exchanges,
      ClientQueue queue,
      Function<String, ClientText> reader,
      @Nullable Recorder recorder) {
    this.backend = backend;
    this.exchanges = exchanges;
    this.queue = queue;
    this.recorder = recorder;
    this.assembler = new GroupAssembler(backend.allocator(), reader, this::received);
  }

  void take(byte type, ByteBuf message) {
    if (!FrontendType.belongsToBatch(type)) {
      outsideOfGroups(type, message);
    } else if (exchanges.copiesIn()) {
      message.release();
      inCopy(type);
    } else {
      assembler.add(type, message);
    }
  }

  /**
   * PostgreSQL takes no notice of Sync and Flush while it waits for data, and ends the connection
   * when it gets anything else. The message must not reach it: perhaps the COPY has failed, and
   * nobody here knows yet; then PostgreSQL would run what nobody has judged.
   */
  private void inCopy(byte type) {
    if (type == FrontendType.SYNC) {
      exchanges.syncInCopy();
    } else if (type != FrontendType.FLUSH) {
      backend.write(Message.empty(backend.allocator(), FrontendType.QUERY)); // never a valid one
    }
  }

  private void received(Group group) {
    Run run = new Run(group);
    if (recorder != null) {
      recorder.received(run);
    }
    queue.add(run);
  }

  /** Data of COPY that comes before PostgreSQL has asked for it waits. */
  private void outsideOfGroups(byte type, ByteBuf message) {
    if (FrontendType.isOfCopy(type) && !exchanges.copiesIn()) {
      assembler.dataOfCopy();
    }
    if (exchanges.copiesIn() || (queue.isEmpty() && exchanges.isIdle())) {
      write(type, message);
    } else {
      queue.add(type, message);
    }
  }

  /** Writes a message that belongs to no group. */
  void write(byte type, ByteBuf message) {
    if (type == FrontendType.COPY_FAIL) {
      exchanges.clientGivesUpCopy();
    }
    backend.write(message);
    if (type == FrontendType.COPY_DONE || type == FrontendType.COPY_FAIL) {
      exchanges.copyEnds();
    }
  }

  /** PostgreSQL asks for data of COPY. */
  void copyBegins(Run run) {
    exchanges.copyBegins();
    run.group().losesSync();
    if (recorder != null) {
      recorder.copyBegins(run);
    }
    queue.takeDataOfCopy(this::write);
    backend.readClient(!queue.isFull());
  }

  /** The session is over. */
  void release() {
    if (recorder != null) {
      recorder.ends(assembler.waiting());
    }
    assembler.release();
  }
}
