package io.github.dsqljava.local.session;

import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.protocol.FrontendType;
import io.github.dsqljava.local.request.Group;
import io.github.dsqljava.local.request.GroupAssembler;
import io.netty.buffer.ByteBuf;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes the client's messages: groups for the queue, and those outside of groups, which are
 * Terminate and the data of COPY. Belongs to an event loop.
 */
final class Intake {
  private final Backend backend;
  private final Exchanges exchanges;
  private final Copies copies;
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
      Copies copies,
      ClientQueue queue,
      Function<String, ClientText> reader,
      @Nullable Recorder recorder) {
    this.backend = backend;
    this.exchanges = exchanges;
    this.copies = copies;
    this.queue = queue;
    this.recorder = recorder;
    this.assembler = new GroupAssembler(backend.allocator(), reader, this::received);
  }

  void take(byte type, ByteBuf message) {
    if (!FrontendType.belongsToBatch(type)) {
      outsideOfGroups(type, message);
    } else if (copies.isOpen()) {
      message.release();
      copies.takeOther(type);
    } else {
      assembler.add(type, message);
    }
  }

  private void received(Group group) {
    Run run = new Run(group);
    if (recorder != null) {
      recorder.received(run);
    }
    queue.add(run);
  }

  /** Queues a message outside of groups; COPY data waits until PostgreSQL asks for it. */
  private void outsideOfGroups(byte type, ByteBuf message) {
    if (FrontendType.isOfCopy(type) && !copies.isOpen()) {
      assembler.dataOfCopy();
    }
    if (copies.isOpen() && FrontendType.isOfCopy(type)) {
      copies.take(type, message);
    } else if (exchanges.copiesIn() || (queue.isEmpty() && exchanges.isIdle())) {
      backend.write(message);
    } else {
      queue.add(type, message);
    }
  }

  /** Writes a message that belongs to no group, and to no COPY. */
  void write(byte type, ByteBuf message) {
    backend.write(message);
  }

  /** PostgreSQL asks for data of COPY; returns whether the client was asked before. */
  boolean copyBegins(Run run) {
    if (copies.begins(run)) {
      backend.readClient(!isFull());
      return true;
    }
    if (recorder != null) {
      recorder.copyBegins(run);
    }
    queue.takeDataOfCopy(
        (type, message) -> {
          if (FrontendType.isOfCopy(type)) {
            copies.take(type, message);
          } else {
            backend.write(message);
          }
        });
    backend.readClient(!isFull());
    return false;
  }

  /** Whether reading from the client should pause. */
  boolean isFull() {
    return queue.isFull() || copies.isFull();
  }

  /** The session is over. */
  void release() {
    if (recorder != null) {
      recorder.ends(assembler.waiting());
    }
    assembler.release();
  }
}
