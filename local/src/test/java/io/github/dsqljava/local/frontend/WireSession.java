package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.conformance.wire.WireMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A session of the admin that says one statement after the other in one protocol, COPY too. */
public final class WireSession implements AutoCloseable {
  private final RawClient client;
  private final boolean extended;
  private int processId;

  public WireSession(DsqlLocal cluster, String protocol) throws IOException {
    client = RawClient.direct(cluster.port(), cluster.caCertificate(), "localhost", "postgresql");
    for (WireMessage message : client.login("admin", cluster.token("admin"))) {
      if (message.type() == 'K') {
        processId = ByteBuffer.wrap(message.body()).getInt();
      }
    }
    extended = protocol.equals("extended");
  }

  /** Returns the process of PostgreSQL that it has. */
  public int processId() {
    return processId;
  }

  /**
   * Runs a statement, with nothing for a COPY; returns its command tag, or {@code !}, the SQLSTATE
   * and the message of its error.
   */
  public String run(String sql) throws IOException {
    return run(sql, "");
  }

  /** The same with the data for a COPY. */
  public String run(String sql, String data) throws IOException {
    send(sql);
    String answer = "";
    for (WireMessage message = client.read(); message.type() != 'Z'; message = client.read()) {
      switch (message.type()) {
        case 'C' -> answer = text(message);
        case 'E' -> answer = "!" + message.field('C') + " " + message.field('M');
        case 'G' -> copy(data);
        default -> {}
      }
    }
    return answer;
  }

  /** Returns the rows of a query, columns with a comma between them. */
  public List<String> rows(String sql) throws IOException {
    send(sql);
    List<String> rows = new ArrayList<>();
    for (WireMessage message = client.read(); message.type() != 'Z'; message = client.read()) {
      if (message.type() == 'E') {
        rows.add("!" + message.field('C') + " " + message.field('M'));
      } else if (message.type() == 'D') {
        rows.add(row(message.body()));
      }
    }
    return rows;
  }

  private void send(String sql) throws IOException {
    Pipeline pipeline = new Pipeline();
    client.send((extended ? pipeline.run(sql).sync() : pipeline.query(sql)).bytes());
  }

  /** As libpq does it: in the extended protocol with another Sync. */
  private void copy(String data) throws IOException {
    Pipeline copied =
        new Pipeline().message('d', data.getBytes(StandardCharsets.UTF_8)).message('c');
    client.send((extended ? copied.sync() : copied).bytes());
  }

  private static String text(WireMessage message) {
    return new String(message.body(), 0, message.body().length - 1, StandardCharsets.UTF_8);
  }

  private static String row(byte[] body) {
    ByteBuffer in = ByteBuffer.wrap(body);
    List<String> columns = new ArrayList<>();
    for (int left = in.getShort(); left > 0; left--) {
      int length = in.getInt();
      if (length < 0) {
        columns.add("null");
      } else {
        columns.add(new String(body, in.position(), length, StandardCharsets.UTF_8));
        in.position(in.position() + length);
      }
    }
    return String.join(",", columns);
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
