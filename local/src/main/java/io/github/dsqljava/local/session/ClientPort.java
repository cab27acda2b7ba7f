package io.github.dsqljava.local.session;

import io.github.dsqljava.local.protocol.BackendType;
import io.github.dsqljava.local.protocol.ErrorMessage;
import io.github.dsqljava.local.protocol.Message;
import io.github.dsqljava.local.protocol.ServiceWords;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sends every answer to the client. It puts errors into the service's words, and records exactly
 * what the client gets. Belongs to an event loop.
 */
final class ClientPort {
  private final Backend backend;
  private final @Nullable Recorder recorder;
  private boolean cut;
  private boolean toldFatal;

  ClientPort(Backend backend, @Nullable Recorder recorder) {
    this.backend = backend;
    this.recorder = recorder;
  }

  /** Whether every message has to come whole, by itself. */
  boolean wantsAll() {
    return recorder != null;
  }

  /** Sends whole messages, or a run of bytes with messages that nobody examines. */
  void send(ByteBuf out) {
    if (cut) {
      out.release();
      return;
    }
    if (recorder != null) {
      recorder.answered(out);
    }
    backend.toClient(out);
  }

  /** Sends an error, in the words of the service. */
  void error(ErrorMessage error) {
    Optional<ErrorMessage> instead = ServiceWords.insteadOf(error);
    send(instead.orElse(error).encode(backend.allocator()));
  }

  /** Sends a message that PostgreSQL has sent without a request. */
  void unasked(ByteBuf message) {
    if (Message.type(message) == BackendType.ERROR_RESPONSE) {
      fatal(ErrorMessage.decode(message));
      message.release();
    } else {
      send(message);
    }
  }

  /** Sends PostgreSQL's last error, with which it ends. */
  void fatal(ErrorMessage error) {
    toldFatal |= error.isFatal();
    error(error);
  }

  /** Whether the client has been told that its session ends. */
  boolean hasToldEnd() {
    return toldFatal || cut;
  }

  void flush() {
    backend.flushClient();
  }

  /** Cuts the client's connection as a network failure does; the client gets nothing more. */
  void cut() {
    cut = true;
    backend.cutClient();
  }

  boolean isCut() {
    return cut;
  }
}
