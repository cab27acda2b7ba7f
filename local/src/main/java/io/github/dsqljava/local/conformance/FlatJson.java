package io.github.dsqljava.local.conformance;

import java.util.LinkedHashMap;
import java.util.Map;

/** The part of JSON that the kit reads and writes. */
final class FlatJson {
  private static final String ESCAPED = "\"\\/bfnrt";
  private static final String MEANT = "\"\\/\b\f\n\r\t";

  private FlatJson() {}

  /** Returns the members of an object whose values are strings; other members are left out. */
  static Map<String, String> strings(String json) {
    Map<String, String> members = new LinkedHashMap<>();
    String name = "";
    boolean value = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '"') {
        StringBuilder text = new StringBuilder();
        i = read(json, i + 1, text);
        if (value) {
          members.put(name, text.toString());
        } else {
          name = text.toString();
        }
      } else if (c == ':') {
        value = true;
      } else if (c == ',' || c == '{') {
        value = false;
      }
    }
    return members;
  }

  /** Reads a string after its opening quotation mark; returns the offset of the closing one. */
  private static int read(String json, int start, StringBuilder text) {
    int i = start;
    while (i < json.length() && json.charAt(i) != '"') {
      char c = json.charAt(i++);
      if (c == '\\' && i < json.length()) {
        char escaped = json.charAt(i++);
        int known = ESCAPED.indexOf(escaped);
        if (known >= 0) {
          c = MEANT.charAt(known);
        } else if (escaped == 'u' && i + 4 <= json.length()) {
          c = (char) Integer.parseInt(json.substring(i, i + 4), 16);
          i += 4;
        }
      }
      text.append(c);
    }
    return i;
  }

  /** Returns a string in quotation marks. */
  static String quote(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      int known = c == '/' ? -1 : MEANT.indexOf(c);
      if (known >= 0) {
        json.append('\\').append(ESCAPED.charAt(known));
      } else if (c < ' ') {
        json.append(String.format("\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
