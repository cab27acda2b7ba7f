package io.github.dsqljava.local.sql;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads and writes string constants. PostgreSQL 16, "String Constants". */
public final class SqlStrings {
  private SqlStrings() {}

  /**
   * The value of a constant in any notation but {@code U&''}, whose meaning depends on a clause
   * behind it; empty for other tokens and for escapes that PostgreSQL refuses.
   */
  static Optional<String> valueOf(SqlToken token) {
    return switch (token.kind()) {
      case STRING -> Optional.of(standard(token, token.start() + 1));
      case NATIONAL_STRING -> Optional.of(standard(token, token.start() + 2));
      case ESCAPE_STRING -> new Escapes(token).decode();
      case DOLLAR_STRING -> Optional.of(dollar(token));
      default -> Optional.empty();
    };
  }

  /**
   * Returns a constant that stands for a text, with {@code standard_conforming_strings} on or off.
   */
  public static String quote(String text) {
    String doubled = text.replace("'", "''");
    return text.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : "E'" + doubled.replace("\\", "\\\\") + "'";
  }

  /** Returns an array of texts. */
  public static String array(Collection<String> texts) {
    return texts.stream()
        .map(SqlStrings::quote)
        .collect(Collectors.joining(",", "ARRAY[", "]::pg_catalog.text[]"));
  }

  /** Returns a name in quotes. */
  public static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String standard(SqlToken token, int from) {
    String sql = token.sql();
    var value = new StringBuilder();
    int position = from;
    while (true) {
      int quote = sql.indexOf('\'', position);
      value.append(sql, position, quote);
      if (quote == token.end() - 1) {
        return value.toString();
      }
      if (sql.charAt(quote + 1) == '\'') {
        value.append('\'');
        position = quote + 2;
      } else {
        position = SqlCharacters.continuation(sql, quote + 1);
      }
    }
  }

  private static String dollar(SqlToken token) {
    int delimiter = token.sql().indexOf('$', token.start() + 1) + 1 - token.start();
    return token.sql().substring(token.start() + delimiter, token.end() - delimiter);
  }

  /** Decodes {@code E''}. Octal and hexadecimal escapes are bytes of UTF-8, so all is bytes. */
  private static final class Escapes {
    private final String sql;
    private final int last;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int position;
    private char highSurrogate;
    private boolean bad;

    Escapes(SqlToken token) {
      sql = token.sql();
      last = token.end() - 1;
      position = token.start() + 2;
    }

    Optional<String> decode() {
      while (position < last && !bad) {
        char character = sql.charAt(position);
        if (character == '\\') {
          escape(sql.charAt(position + 1));
        } else if (character != '\'') {
          unit(character);
          position++;
        } else if (sql.charAt(position + 1) == '\'') {
          unit('\'');
          position += 2;
        } else {
          position = SqlCharacters.continuation(sql, position + 1);
        }
      }
      if (bad || highSurrogate != 0) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes.toByteArray()))
                .toString());
      } catch (CharacterCodingException e) {
        return Optional.empty();
      }
    }

    private void escape(char letter) {
      int digitsFrom = position + 2;
      position = digitsFrom;
      switch (letter) {
        case 'b' -> unit('\b');
        case 'f' -> unit('\f');
        case 'n' -> unit('\n');
        case 'r' -> unit('\r');
        case 't' -> unit('\t');
        case 'u' -> codePoint(digits(digitsFrom, 16, 4), 4);
        case 'U' -> codePoint(digits(digitsFrom, 16, 8), 8);
        case 'x' -> {
          int count = digits(digitsFrom, 16, 2);
          if (count == 0) {
            unit('x');
          } else {
            singleByte(Integer.parseInt(sql, digitsFrom, digitsFrom + count, 16));
            position = digitsFrom + count;
          }
        }
        case '0', '1', '2', '3', '4', '5', '6', '7' -> {
          int count = digits(digitsFrom - 1, 8, 3);
          position = digitsFrom - 1 + count;
          singleByte(Integer.parseInt(sql, digitsFrom - 1, position, 8) & 0xFF);
        }
        default -> unit(letter);
      }
    }

    private void codePoint(int found, int needed) {
      if (found < needed) {
        bad = true;
        return;
      }
      long value = Long.parseLong(sql, position, position + needed, 16);
      position += needed;
      if (value == 0 || value > Character.MAX_CODE_POINT) {
        bad = true;
        return;
      }
      for (char unit : Character.toChars((int) value)) {
        unit(unit);
      }
    }

    private void unit(char unit) {
      if (Character.isHighSurrogate(unit)) {
        bad |= highSurrogate != 0;
        highSurrogate = unit;
        return;
      }
      if (Character.isLowSurrogate(unit) != (highSurrogate != 0)) {
        bad = true;
        return;
      }
      String text = highSurrogate == 0 ? String.valueOf(unit) : "" + highSurrogate + unit;
      highSurrogate = 0;
      bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private void singleByte(int value) {
      bad |= value == 0 || highSurrogate != 0;
      bytes.write(value);
    }

    private int digits(int from, int radix, int max) {
      int count = 0;
      while (count < max
          && sql.charAt(from + count) < 0x80
          && Character.digit(sql.charAt(from + count), radix) >= 0) {
        count++;
      }
      return count;
    }
  }
}
