package io.github.dsqljava.r2dbc.wire;

import io.github.dsqljava.ServerError;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Reads those messages of a server that concern transactions. */
final class ServerMessages {
  static final byte COMMAND_COMPLETE = 'C';
  static final byte ERROR = 'E';
  static final byte PARAMETER_STATUS = 'S';
  static final byte READY_FOR_QUERY = 'Z';
  static final byte PARSE_COMPLETE = '1';
  static final byte BIND_COMPLETE = '2';

  private ServerMessages() {}

  static boolean areOfInterest(byte type) {
    return type == COMMAND_COMPLETE || type == ERROR || type == READY_FOR_QUERY;
  }

  /** Whether an error ends the session, with or without the server's closing the connection. */
  static boolean isEnd(ServerError error) {
    return error.severity().equals("FATAL") || error.severity().equals("PANIC");
  }

  /** The tag of a CommandComplete, such as {@code INSERT 0 1}. */
  static String tag(byte[] body) {
    return new String(body, 0, Math.max(0, body.length - 1), StandardCharsets.UTF_8);
  }

  /** Returns the number of rows that a statement changed, by its tag; 0 for other statements. */
  static long rows(String tag) {
    String last = tag.substring(tag.lastIndexOf(' ') + 1);
    boolean counts = tag.startsWith("INSERT ") || tag.startsWith("UPDATE ");
    return counts || tag.startsWith("DELETE ") ? Long.parseLong(last) : 0;
  }

  /** An ErrorResponse. */
  static ServerError error(byte[] body) {
    Map<Character, String> fields = new HashMap<>();
    int at = 0;
    while (at < body.length && body[at] != 0) {
      int end = at + 1;
      while (end < body.length && body[end] != 0) {
        end++;
      }
      fields.put((char) body[at], new String(body, at + 1, end - at - 1, StandardCharsets.UTF_8));
      at = end + 1;
    }
    String localized = fields.get('S');
    return ServerError.of(
        fields.getOrDefault('V', localized == null ? "" : localized),
        fields.get('C'),
        fields.get('M'),
        fields.get('D'),
        fields.get('H'));
  }
}
