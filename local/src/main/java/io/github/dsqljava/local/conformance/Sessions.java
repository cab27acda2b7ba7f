package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.script.Section;
import io.github.dsqljava.local.conformance.wire.WireSession;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The sessions of a script, by their letters; each is opened when it is first named. */
final class Sessions implements AutoCloseable {
  private final Connections connections;
  private final boolean extended;
  private final String schema;
  private final Map<String, WireSession> sessions = new HashMap<>();

  Sessions(Connections connections, String protocol, String schema) {
    this.connections = connections;
    this.extended = protocol.equals("extended");
    this.schema = schema;
  }

  WireSession get(String letter) throws IOException {
    WireSession session = sessions.get(letter);
    if (session == null) {
      session =
          letter.equals(Section.OTHER_ROLE)
              ? connections.impatientAs(Workplace.role(schema), extended)
              : connections.impatient(extended, schema);
      sessions.put(letter, session);
    }
    return session;
  }

  /** Whether they end because the run is stopped. */
  boolean areStopped() {
    return connections.isStopped();
  }

  /** Cuts a session, as a network failure does. */
  void drop(String letter) {
    WireSession session = sessions.remove(letter);
    if (session != null) {
      connections.close(session.client());
    }
  }

  /** Cuts all sessions, so that nothing of them is left; the next script opens new ones. */
  void dropAll() {
    sessions.values().forEach(session -> connections.close(session.client()));
    sessions.clear();
  }

  /** Whether none is in a transaction. */
  boolean areIdle() {
    return sessions.values().stream().allMatch(session -> session.status().equals("idle"));
  }

  @Override
  public void close() {
    sessions.values().forEach(connections::end);
    sessions.clear();
  }
}
