package io.github.dsqljava.r2dbc.wire;

import io.github.dsqljava.ServerError;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A flight of our own, which collects the server's answers until ReadyForQuery. */
final class OwnFlight {
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();
  private final SessionNotes notes;
  private long rows;
  private Optional<ServerError> error = Optional.empty();
  private boolean landed;

  OwnFlight(SessionNotes notes) {
    this.notes = notes;
  }

  CompletableFuture<Answer> answer() {
    return answer;
  }

  /** Whether the last of its answers has arrived. */
  boolean hasLanded() {
    return landed;
  }

  void note(byte type, byte[] body) {
    if (type == ServerMessages.COMMAND_COMPLETE) {
      rows += ServerMessages.rows(ServerMessages.tag(body));
      notes.tag(ServerMessages.tag(body));
    } else if (type == ServerMessages.PARAMETER_STATUS) {
      notes.parameterStatus();
    } else if (type == ServerMessages.ERROR && error.isEmpty()) {
      error = Optional.of(ServerMessages.error(body));
      notes.error(error.get(), /* prepared= */ false);
    } else if (type == ServerMessages.READY_FOR_QUERY) {
      notes.ready((char) body[0]);
      landed = true;
    }
  }

  /** Completes the future of the answer, once the flight has landed. */
  void complete() {
    answer.complete(new Answer(rows, error));
  }

  /** The connection has ended before the flight landed. */
  void lost() {
    answer.completeExceptionally(new ClosedChannelException());
  }
}
