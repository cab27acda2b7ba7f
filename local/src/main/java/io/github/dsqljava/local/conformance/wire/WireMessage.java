package io.github.dsqljava.local.conformance.wire;

import io.github.dsqljava.local.protocol.ErrorMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message from a server.
 *
 * @param type its first byte
 * @param body the bytes after the length
 */
public record WireMessage(char type, byte[] body) {
  /** Returns a field of an ErrorResponse or NoticeResponse; empty if it is not there. */
  public String field(char name) {
    return fields().getOrDefault(name, "");
  }

  /** Returns the fields of an ErrorResponse or NoticeResponse. */
  public Map<Character, String> fields() {
    Map<Character, String> fields = new LinkedHashMap<>();
    ErrorMessage.decode(whole())
        .fields()
        .forEach((name, value) -> fields.put(name, fromBytes(value)));
    return fields;
  }

  /** Returns the body's text up to its first zero: the tag of a CommandComplete. */
  public String text() {
    int end = 0;
    while (end < body.length && body[end] != 0) {
      end++;
    }
    return new String(body, 0, end, StandardCharsets.UTF_8);
  }

  /** Returns the strings of the body: the name and the value of a ParameterStatus. */
  List<String> texts() {
    return List.of(new String(body, StandardCharsets.UTF_8).split("\0", -1));
  }

  /** Returns the names of a RowDescription. */
  List<String> columns() {
    ByteBuffer in = ByteBuffer.wrap(body);
    int count = in.getShort();
    List<String> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int start = in.position();
      while (in.get() != 0) {
        // up to the end of the name
      }
      names.add(new String(body, start, in.position() - start - 1, StandardCharsets.UTF_8));
      in.position(in.position() + 18); // table, column, type, length, modifier, format
    }
    return names;
  }

  /** Returns the values of a DataRow in the text format. */
  List<@Nullable String> values() {
    ByteBuffer in = ByteBuffer.wrap(body);
    int count = in.getShort();
    List<@Nullable String> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = in.getInt();
      values.add(
          length < 0 ? null : new String(body, in.position(), length, StandardCharsets.UTF_8));
      in.position(in.position() + Math.max(length, 0));
    }
    return values;
  }

  private ByteBuf whole() {
    ByteBuffer whole = ByteBuffer.allocate(5 + body.length);
    whole.put((byte) type).putInt(4 + body.length).put(body);
    return Unpooled.wrappedBuffer(whole.array());
  }

  /** The project's messages keep a byte in a character. */
  static String toBytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String fromBytes(String text) {
    return new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return type + " " + new String(body, StandardCharsets.UTF_8).replace('\0', '|');
  }
}
