package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.wire.Answer;
import io.github.dsqljava.local.conformance.wire.WireSession;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The session that makes and drops what scripts need. Runs a statement again after a conflict with
 * others, and replaces a lost connection.
 */
final class Control implements AutoCloseable {
  private static final String CONFLICT = "40001";
  private static final int ATTEMPTS = 8;

  private final Connections connections;
  private final @Nullable String schema;
  private @Nullable WireSession session;

  Control(Connections connections, @Nullable String schema) {
    this.connections = connections;
    this.schema = schema;
  }

  /** Runs a statement that may be run twice. */
  Answer ask(String sql) throws IOException {
    int attempt = 1;
    while (true) {
      try {
        Answer answer = session().ask(sql);
        if (!answer.field('C').equals(CONFLICT) || attempt >= ATTEMPTS) {
          return answer;
        }
      } catch (EndpointLostException | ConformanceException e) {
        throw e;
      } catch (IOException e) {
        close();
        if (attempt >= ATTEMPTS) {
          throw e;
        }
      }
      attempt++;
    }
  }

  /**
   * Runs a statement.
   *
   * @throws ConformanceException if it fails
   */
  Answer run(String sql) throws IOException {
    Answer answer = ask(sql);
    if (answer.isError()) {
      throw new ConformanceException(sql + ": " + AnswerText.of(answer).substring(1));
    }
    return answer;
  }

  WireSession session() throws IOException {
    WireSession current = session;
    if (current == null) {
      current = connections.session(/* extended= */ false, schema);
      session = current;
    }
    return current;
  }

  @Override
  public void close() {
    WireSession current = session;
    if (current != null) {
      connections.end(current);
      session = null;
    }
  }
}
