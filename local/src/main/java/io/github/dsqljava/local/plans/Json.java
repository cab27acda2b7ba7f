package io.github.dsqljava.local.plans;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the JSON that PostgreSQL writes: objects as maps in their order, arrays as lists, strings
 * as strings, all else as it stands. A character is a byte. It reads nothing else, so it checks
 * only that it does not read past the end.
 */
final class Json {
  private final String text;
  private int at;

  /** A number, true, false or null, as PostgreSQL has written it. */
  record Literal(String text) {
    @Override
    public String toString() {
      return text;
    }
  }

  private Json(String text) {
    this.text = text;
  }

  /** Reads a whole text. */
  static Object read(String text) {
    return new Json(text).value();
  }

  private Object value() {
    return switch (next()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      default -> literal();
    };
  }

  /** Stands at the next character that is no white space. */
  private char next() {
    while (at < text.length() && text.charAt(at) <= ' ') {
      at++;
    }
    if (at == text.length()) {
      throw new IllegalArgumentException("JSON ends too early: " + text);
    }
    return text.charAt(at);
  }

  private Map<String, Object> object() {
    Map<String, Object> object = new LinkedHashMap<>();
    at++;
    while (next() != '}') {
      if (text.charAt(at) == ',') {
        at++;
        next();
      }
      String name = string();
      next();
      at++; // the colon
      object.put(name, value());
    }
    at++;
    return object;
  }

  private List<Object> array() {
    List<Object> array = new ArrayList<>();
    at++;
    while (next() != ']') {
      if (text.charAt(at) == ',') {
        at++;
      }
      array.add(value());
    }
    at++;
    return array;
  }

  private String string() {
    StringBuilder string = new StringBuilder();
    at++;
    while (text.charAt(at) != '"') {
      char read = text.charAt(at++);
      string.append(read == '\\' ? escaped() : read);
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    char kind = text.charAt(at++);
    return switch (kind) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        at += 4;
        yield (char) Integer.parseInt(text, at - 4, at, 16);
      }
      default -> kind;
    };
  }

  private Literal literal() {
    int start = at;
    while (at < text.length() && ",]} \n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return new Literal(text.substring(start, at));
  }
}
