package io.github.dsqljava.local.conformance.wire;

import io.github.dsqljava.local.protocol.Bind;
import io.github.dsqljava.local.protocol.Execute;
import io.github.dsqljava.local.protocol.Parse;
import io.github.dsqljava.local.protocol.Query;
import io.github.dsqljava.local.protocol.Subject;
import io.github.dsqljava.local.protocol.Sync;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session that is logged in: statements and their answers. For one thread at a time. */
public final class WireSession implements AutoCloseable {
  private final WireClient client;
  private final boolean extended;
  private final Map<String, String> parameters;
  private volatile char status = 'I';

  private WireSession(WireClient client, boolean extended, Map<String, String> parameters) {
    this.client = client;
    this.extended = extended;
    this.parameters = parameters;
  }

  /**
   * Logs in on a connection that speaks TLS already.
   *
   * @param secret a token or a password
   * @param extended whether statements are sent by the extended protocol
   * @throws LoginRefusedException if the server refuses
   */
  public static WireSession login(
      WireClient client, Map<String, String> startup, String secret, boolean extended)
      throws IOException {
    client.sendStartup(startup);
    WireMessage first = client.read();
    if (first.type() == 'E') {
      throw new LoginRefusedException(first);
    }
    Authentication.answer(client, first, secret);
    Map<String, String> parameters = new LinkedHashMap<>();
    for (WireMessage message : client.readUntilReadyOrError()) {
      if (message.type() == 'E') {
        throw new LoginRefusedException(message);
      }
      if (message.type() == 'S') {
        List<String> pair = message.texts();
        parameters.put(pair.get(0), pair.get(1));
      }
    }
    return new WireSession(client, extended, parameters);
  }

  /** Returns the server's ParameterStatus messages at login, in order. */
  public Map<String, String> parameters() {
    return parameters;
  }

  /** Returns the connection. */
  public WireClient client() {
    return client;
  }

  /** Returns the state of the transaction: {@code idle}, {@code open} or {@code failed}. */
  public String status() {
    return switch (status) {
      case 'T' -> "open";
      case 'E' -> "failed";
      default -> "idle";
    };
  }

  /**
   * Runs a statement.
   *
   * @throws IOException if the connection ends or the answer does not come in time
   */
  public Answer ask(String sql) throws IOException {
    ByteBuf messages = messages(WireMessage.toBytes(sql));
    try {
      client.send(ByteBufUtil.getBytes(messages));
    } finally {
      messages.release();
    }
    return readAnswer();
  }

  private ByteBuf messages(String sql) {
    if (!extended) {
      return new Query(sql).encode(UnpooledByteBufAllocator.DEFAULT);
    }
    ByteBuf out = Unpooled.buffer();
    new Parse("", sql).encode(out);
    new Bind("", "").encode(out);
    Subject.portal("").describe(out);
    new Execute("").encode(out);
    return Sync.encode(out);
  }

  /** Runs a statement that may take longer than the connection's limit. */
  public Answer ask(String sql, Duration limit) throws IOException {
    Duration before = client.readLimit();
    client.readLimit(limit);
    try {
      return ask(sql);
    } finally {
      client.readLimit(before);
    }
  }

  /** Reads what comes up to ReadyForQuery, or up to an error that ends the connection. */
  public Answer readAnswer() throws IOException {
    List<String> columns = null;
    List<List<@Nullable String>> rows = new ArrayList<>();
    String tag = "";
    Map<Character, String> error = Map.of();
    while (true) {
      WireMessage message = client.read();
      switch (message.type()) {
        case 'T' -> columns = message.columns();
        case 'D' -> rows.add(message.values());
        case 'C' -> tag = message.text();
        case 'E' -> error = message.fields();
        case 'G' -> client.sendText('f', "no data"); // CopyFail
        case 'Z' -> status = (char) message.body()[0];
        default -> {
          // says nothing of the answer
        }
      }
      Answer answer = new Answer(columns, rows, tag, error);
      if (message.type() == 'Z' || answer.isFatal()) {
        return answer;
      }
    }
  }

  /** Closes the connection without a Terminate message. */
  @Override
  public void close() throws IOException {
    client.close();
  }

  /** Sends Terminate and closes. */
  public void end() throws IOException {
    try (WireClient closing = client) {
      closing.send('X', new byte[0]);
    }
  }
}
