package io.github.dsqljava.vertx.internal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** PostgreSQL messages as bytes, written here a second time and independently of the connector. */
final class PgBytes {

  private PgBytes() {}

  /** A message; a text is ended by a zero, an Integer is 4 bytes, a Short 2 and a Byte 1. */
  static byte[] message(char type, Object... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof String text) {
        body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        body.write(0);
      } else if (part instanceof Integer number) {
        body.writeBytes(ByteBuffer.allocate(4).putInt(number).array());
      } else if (part instanceof Short number) {
        body.writeBytes(ByteBuffer.allocate(2).putShort(number).array());
      } else if (part instanceof Byte number) {
        body.write(number);
      } else {
        throw new IllegalArgumentException(String.valueOf(part));
      }
    }
    return ByteBuffer.allocate(5 + body.size())
        .put((byte) type)
        .putInt(4 + body.size())
        .put(body.toByteArray())
        .array();
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  // From the client, as Vert.x writes them.

  static byte[] query(String sql) {
    return message('Q', sql);
  }

  static byte[] parse(String name, String sql) {
    return message('P', name, sql, (short) 0);
  }

  /** Binds without parameters; one result format as Vert.x's encoder does. */
  static byte[] bind(String portal, String statement) {
    return message('B', portal, statement, (short) 0, (short) 0, (short) 1, (short) 1);
  }

  static byte[] bindForText() {
    return message('B', "", "", (short) 0, (short) 0, (short) 0);
  }

  static byte[] describe(char kind, String name) {
    return message('D', (byte) kind, name);
  }

  static byte[] execute(String portal, int maxRows) {
    return message('E', portal, maxRows);
  }

  static byte[] close(char kind, String name) {
    return message('C', (byte) kind, name);
  }

  static byte[] sync() {
    return message('S');
  }

  static byte[] terminate() {
    return message('X');
  }

  /** What a cold statement begins with. */
  static byte[] prepare(String name, String sql) {
    return concat(parse(name, sql), describe('S', name), sync());
  }

  /** What a known statement is run with. */
  static byte[] run(String name) {
    return concat(bind("", name), execute("", 0), sync());
  }

  // From the server.

  static byte[] ready(char status) {
    return message('Z', (byte) status);
  }

  static byte[] complete(String tag) {
    return message('C', tag);
  }

  static byte[] parsed() {
    return message('1');
  }

  static byte[] bound() {
    return message('2');
  }

  static byte[] noData() {
    return message('n');
  }

  static byte[] columns() {
    return message('T', (short) 1, "id", 0, (short) 0, 23, (short) 4, -1, (short) 0);
  }

  static byte[] parameters() {
    return message('t', (short) 0);
  }

  static byte[] row(int value) {
    return message('D', (short) 1, 4, value);
  }

  static byte[] error(String sqlState, String text) {
    return message(
        'E',
        (byte) 'S',
        "ERROR",
        (byte) 'V',
        "ERROR",
        (byte) 'C',
        sqlState,
        (byte) 'M',
        text,
        (byte) 0);
  }

  static byte[] aborted() {
    return error(
        "25P02", "current transaction is aborted, commands ignored until end of transaction block");
  }

  static byte[] notice() {
    return message('N', (byte) 'S', "NOTICE", (byte) 'C', "00000", (byte) 'M', "hello", (byte) 0);
  }

  static byte[] parameterStatus() {
    return message('S', "TimeZone", "UTC");
  }

  static byte[] notification() {
    return message('A', 7, "channel", "payload");
  }

  /** Cuts a stream of whole messages into messages. */
  static List<byte[]> split(byte[] stream) {
    List<byte[]> messages = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(stream);
    while (in.hasRemaining()) {
      byte[] message = new byte[1 + in.getInt(in.position() + 1)];
      in.get(message);
      messages.add(message);
    }
    return messages;
  }

  /** The types of the messages in a stream, with an error's SQLSTATE and a ready's status. */
  static List<String> summary(byte[] stream) {
    return split(stream).stream()
        .map(
            message -> {
              char type = (char) message[0];
              String body =
                  new String(
                      Arrays.copyOfRange(message, 5, message.length), StandardCharsets.UTF_8);
              return switch (type) {
                case 'Z' -> "Z" + body;
                case 'E' -> body.contains("\0C") ? "E" + body.split("\0C")[1].substring(0, 5) : "E";
                default -> String.valueOf(type);
              };
            })
        .toList();
  }
}
