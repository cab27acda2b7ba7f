package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.wire.WireClient;
import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.conformance.wire.WireSession;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;

/**
 * The means of a probe: connections, the run's schema, pauses.
 *
 * @param schema the run's own
 */
record ProbeScene(Connections connections, String schema, Pause pause) {
  private static final String LOGGED_IN = "logged in";
  private static final String CLOSED = "closed without a word";
  private static final String NO_ANSWER = "no answer";

  /** A probe's conversation on a connection. */
  interface Talk {
    String with(WireClient client) throws IOException;
  }

  /** A probe's conversation in a session. */
  interface SessionTalk {
    String with(WireSession session) throws IOException;
  }

  /** Talks on a fresh connection that has no TLS yet, and closes it. */
  String plain(Talk talk) throws IOException {
    return closing(connections.plain(), talk);
  }

  /** Talks on a fresh connection with verified TLS, and closes it. */
  String encrypted(Talk talk) throws IOException {
    return closing(connections.encrypted(), talk);
  }

  private String closing(WireClient client, Talk talk) {
    try {
      return talk.with(client);
    } catch (IOException e) {
      return end(e);
    } finally {
      connections.close(client);
    }
  }

  /** Talks in a session of the simple protocol, whose search path is the schema. */
  String session(SessionTalk talk) throws IOException {
    WireSession session = connections.impatient(/* extended= */ false, schema);
    try {
      return talk.with(session);
    } catch (IOException e) {
      return end(e);
    } finally {
      connections.close(session.client());
    }
  }

  private static String end(IOException e) {
    if (e instanceof SocketTimeoutException) {
      return NO_ANSWER;
    }
    return e instanceof EOFException || e instanceof SocketException || e instanceof SSLException
        ? CLOSED
        : String.valueOf(e.getMessage());
  }

  /** Logs in with other parameters or another secret; returns the outcome. */
  String login(WireClient client, UnaryOperator<Map<String, String>> startup, String secret)
      throws IOException {
    client.sendStartup(startup.apply(connections.startup()));
    WireMessage request = client.read();
    if (request.type() == 'E') {
      return error(request);
    }
    client.sendText('p', secret);
    return verdict(client);
  }

  /** Reads up to ReadyForQuery or an error. */
  String verdict(WireClient client) throws IOException {
    while (true) {
      WireMessage message = client.read();
      if (message.type() == 'E') {
        return error(message);
      }
      if (message.type() == 'Z') {
        return LOGGED_IN;
      }
    }
  }

  /** Returns the password or token of this run's user. */
  String secret() throws IOException {
    return connections.secrets().of(connections.user(), connections.endpoint().host());
  }

  /** Reads up to ReadyForQuery; returns a digest of types, command tags, statuses and errors. */
  static String answers(WireClient client) throws IOException {
    List<String> parts = new ArrayList<>();
    for (WireMessage message : client.readUntilReady()) {
      parts.add(brief(message));
    }
    return String.join(", ", parts);
  }

  private static String brief(WireMessage message) {
    return switch (message.type()) {
      case 'E' -> "E " + error(message);
      case 'C', 'Z' -> message.type() + " " + message.text();
      default -> String.valueOf(message.type());
    };
  }

  /** Returns SQLSTATE, severity, text, and the hint up to its first colon. */
  static String error(WireMessage message) {
    String hint = message.field('H');
    int end = hint.indexOf(": ");
    return message.field('C')
        + " "
        + message.field('S')
        + ": "
        + message.field('M')
        + (hint.isEmpty() ? "" : " (hint: " + (end < 0 ? hint : hint.substring(0, end)) + ")");
  }
}
