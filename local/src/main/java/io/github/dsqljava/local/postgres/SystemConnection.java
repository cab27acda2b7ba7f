package io.github.dsqljava.local.postgres;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A PostgreSQL session of the cluster's superuser, over its Unix socket. Blocks; not for event
 * loops. One thread at a time, except {@link #close}, which ends any wait.
 */
public final class SystemConnection implements AutoCloseable {
  /** PostgreSQL has refused a query; the connection is as good as before. */
  public static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    RefusedException(String error) {
      super(error);
    }
  }

  /** Opens connections to one server. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens a connection. Blocks.
     *
     * @throws IOException if the server cannot be reached, or refuses
     */
    SystemConnection open() throws IOException;
  }

  private static final int PROTOCOL_3_0 = 3 << 16;

  private final SocketChannel channel;
  private final DataInputStream in;

  private SystemConnection(SocketChannel channel) {
    this.channel = channel;
    this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel)));
  }

  /**
   * Opens a connection. Blocks.
   *
   * @throws IOException if the server cannot be reached, or refuses
   */
  public static SystemConnection open(Path socket, String role) throws IOException {
    SystemConnection connection =
        new SystemConnection(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
    try {
      byte[] parameters =
          ("user\0" + role + "\0database\0postgres\0application_name\0dsql-local\0\0")
              .getBytes(StandardCharsets.UTF_8);
      ByteBuffer startup = ByteBuffer.allocate(8 + parameters.length);
      connection.write(startup.putInt(startup.capacity()).putInt(PROTOCOL_3_0).put(parameters));
      connection.readAnswer();
      return connection;
    } catch (IOException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /**
   * Runs a simple query.
   *
   * @return the rows of all its results, as text; null values are empty
   * @throws RefusedException if PostgreSQL refuses it
   * @throws IOException if the connection fails
   */
  public List<List<String>> query(String sql) throws IOException {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    ByteBuffer message = ByteBuffer.allocate(6 + text.length);
    write(message.put((byte) 'Q').putInt(5 + text.length).put(text).put((byte) 0));
    return readAnswer();
  }

  /**
   * Runs the statements of a script. A semicolon before an empty line ends a statement.
   *
   * @param script SQL in UTF-8
   * @throws RefusedException if PostgreSQL refuses one of them
   * @throws IOException if the connection fails, or the script cannot be read
   */
  public void run(InputStream script) throws IOException {
    String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
    for (String statement : text.split(";\n\n")) {
      if (!statement.isBlank()) {
        query(statement);
      }
    }
  }

  private void write(ByteBuffer message) throws IOException {
    message.flip();
    while (message.hasRemaining()) {
      channel.write(message);
    }
  }

  private List<List<String>> readAnswer() throws IOException {
    List<List<String>> rows = new ArrayList<>();
    String error = null;
    while (true) {
      int type = in.read();
      if (type < 0) {
        throw new EOFException(error == null ? "PostgreSQL closed the connection" : error);
      }
      byte[] body = new byte[in.readInt() - 4];
      in.readFully(body);
      switch (type) {
        case 'D' -> rows.add(columns(ByteBuffer.wrap(body)));
        case 'E' -> error = text(body);
        case 'Z' -> {
          if (error != null) {
            throw new RefusedException(error);
          }
          return rows;
        }
        default -> {}
      }
    }
  }

  /** Returns an ErrorResponse as text for the log: message, SQLSTATE, detail and context. */
  private static String text(byte[] error) {
    Map<Character, String> fields = new HashMap<>();
    for (String field : new String(error, StandardCharsets.UTF_8).split("\0")) {
      if (!field.isEmpty()) {
        fields.put(field.charAt(0), field.substring(1));
      }
    }
    StringBuilder text = new StringBuilder(fields.getOrDefault('M', "an error without a message"));
    text.append(" (SQLSTATE ").append(fields.getOrDefault('C', "missing")).append(')');
    for (char more : new char[] {'D', 'W'}) { // detail and context
      if (fields.containsKey(more)) {
        text.append("; ").append(fields.get(more));
      }
    }
    return text.toString();
  }

  private static List<String> columns(ByteBuffer row) {
    int count = row.getShort();
    List<String> columns = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] value = new byte[Math.max(0, row.getInt())];
      row.get(value);
      columns.add(new String(value, StandardCharsets.UTF_8));
    }
    return columns;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // PostgreSQL notices by itself that the connection is closed.
    }
  }
}
