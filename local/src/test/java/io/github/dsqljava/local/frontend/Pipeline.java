package io.github.dsqljava.local.frontend;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Messages of a client that are sent in one piece, without waiting for an answer in between. */
public final class Pipeline {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  public Pipeline query(String sql) {
    return message('Q', string(sql));
  }

  public Pipeline parse(String statement, String sql) {
    return message('P', string(statement), string(sql), new byte[2]);
  }

  public Pipeline bind(String portal, String statement) {
    return message('B', string(portal), string(statement), new byte[6]);
  }

  /**
   * A Bind with parameters.
   *
   * @param format of all parameters and of all results: 0 is text, 1 is binary
   */
  public Pipeline bind(String portal, String statement, int format, byte[]... parameters) {
    ByteArrayOutputStream values = new ByteArrayOutputStream();
    for (byte[] value : parameters) {
      values.writeBytes(ByteBuffer.allocate(4).putInt(value.length).array());
      values.writeBytes(value);
    }
    return message(
        'B',
        string(portal),
        string(statement),
        ByteBuffer.allocate(6)
            .putShort((short) 1)
            .putShort((short) format)
            .putShort((short) parameters.length)
            .array(),
        values.toByteArray(),
        ByteBuffer.allocate(4).putShort((short) 1).putShort((short) format).array());
  }

  public Pipeline describePortal(String portal) {
    return message('D', new byte[] {'P'}, string(portal));
  }

  public Pipeline describeStatement(String statement) {
    return message('D', new byte[] {'S'}, string(statement));
  }

  public Pipeline execute(String portal) {
    return execute(portal, 0);
  }

  public Pipeline execute(String portal, int maxRows) {
    return message('E', string(portal), ByteBuffer.allocate(4).putInt(maxRows).array());
  }

  public Pipeline closeStatement(String statement) {
    return message('C', new byte[] {'S'}, string(statement));
  }

  public Pipeline sync() {
    return message('S');
  }

  public Pipeline flush() {
    return message('H');
  }

  /** Data of COPY. */
  public Pipeline copyData(String data) {
    return message('d', data.getBytes(StandardCharsets.UTF_8));
  }

  public Pipeline copyDone() {
    return message('c');
  }

  public Pipeline copyFail() {
    return message('f', string("no more"));
  }

  public Pipeline terminate() {
    return message('X');
  }

  /** Parse, Bind and Execute with the unnamed statement and portal. */
  public Pipeline run(String sql) {
    return parse("", sql).bind("", "").execute("");
  }

  public Pipeline message(char type, byte[]... body) {
    int length = 4;
    for (byte[] part : body) {
      length += part.length;
    }
    bytes.write(type);
    bytes.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
    for (byte[] part : body) {
      bytes.writeBytes(part);
    }
    return this;
  }

  private static byte[] string(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }

  public byte[] bytes() {
    return bytes.toByteArray();
  }
}
