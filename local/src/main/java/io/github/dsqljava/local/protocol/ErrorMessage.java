package io.github.dsqljava.local.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An ErrorResponse: fields by their one-letter names, in the order they are sent.
 *
 * @param fields for example {@code S} severity, {@code C} SQLSTATE, {@code M} message, {@code H}
 *     hint
 */
public record ErrorMessage(Map<Character, String> fields) {
  /** Copies the fields. */
  public ErrorMessage {
    // Not Map.copyOf: the order of the fields is part of the message.
    fields = new LinkedHashMap<>(fields);
  }

  /** An error that ends the connection. */
  public static ErrorMessage fatal(String sqlState, String message) {
    return fatal(sqlState, message, Optional.empty());
  }

  /** An error that ends the connection, with a hint. */
  public static ErrorMessage fatal(String sqlState, String message, Optional<String> hint) {
    return of("FATAL", sqlState, message, hint);
  }

  /** An error that ends a statement and leaves the connection open. */
  public static ErrorMessage error(String sqlState, String message) {
    return of("ERROR", sqlState, message, Optional.empty());
  }

  private static ErrorMessage of(
      String severity, String sqlState, String message, Optional<String> hint) {
    Map<Character, String> fields = new LinkedHashMap<>();
    fields.put('S', severity);
    fields.put('V', severity);
    fields.put('C', sqlState);
    fields.put('M', message);
    hint.ifPresent(text -> fields.put('H', text));
    return new ErrorMessage(fields);
  }

  /** Reads a whole message, type and length included; leaves the buffer's indices alone. */
  public static ErrorMessage decode(ByteBuf message) {
    Map<Character, String> fields = new LinkedHashMap<>();
    ByteBuf body =
        message.slice(
            message.readerIndex() + Message.HEADER, message.readableBytes() - Message.HEADER);
    while (body.isReadable()) {
      byte name = body.readByte();
      int length = body.bytesBefore((byte) 0);
      if (name == 0 || length < 0) {
        break;
      }
      // Any byte survives the round trip, whatever the client's encoding is.
      fields.put(
          (char) name, body.readCharSequence(length, StandardCharsets.ISO_8859_1).toString());
      body.skipBytes(1);
    }
    return new ErrorMessage(fields);
  }

  /** Returns a field; empty if it is not there. */
  public String field(char name) {
    return fields.getOrDefault(name, "");
  }

  /** Returns the SQLSTATE. */
  public String sqlState() {
    return field('C');
  }

  /** Returns the message, without severity. */
  public String message() {
    return field('M');
  }

  /** Whether the server ends the connection with it. */
  public boolean isFatal() {
    String severity = field('V');
    return severity.equals("FATAL") || severity.equals("PANIC");
  }

  ErrorMessage without(char name) {
    Map<Character, String> rest = new LinkedHashMap<>(fields);
    rest.remove(name);
    return new ErrorMessage(rest);
  }

  /** Returns the same error with another value of a field. */
  public ErrorMessage with(char name, String value) {
    Map<Character, String> changed = new LinkedHashMap<>(fields);
    changed.put(name, value);
    return new ErrorMessage(changed);
  }

  /** Returns the whole message, an ErrorResponse. */
  public ByteBuf encode(ByteBufAllocator allocator) {
    return encode(allocator, BackendType.ERROR_RESPONSE);
  }

  /** Returns the same fields as a NoticeResponse, which fails nothing. */
  public ByteBuf encodeNotice(ByteBufAllocator allocator) {
    return encode(allocator, BackendType.NOTICE_RESPONSE);
  }

  private ByteBuf encode(ByteBufAllocator allocator, byte type) {
    ByteBuf out = allocator.buffer();
    int length = Message.begin(out, type);
    fields.forEach(
        (name, value) -> {
          out.writeByte(name);
          Message.write(out, value);
        });
    out.writeByte(0);
    return Message.end(out, length);
  }
}
