package io.github.dsqljava.local.conformance.script;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A row of docs/fidelity.md.
 *
 * @param id for example {@code limits.rows}
 * @param feature in words
 * @param verdict {@code same}, {@code differs} or {@code unknown}
 */
public record FidelityRow(String id, String feature, String verdict) {
  private static final String TABLE = "/io/github/dsqljava/local/conformance/fidelity.md";
  private static final int CELLS = 5;

  /** Whether the sources do not say how the service answers. */
  public boolean isUnknown() {
    return verdict.equals("unknown");
  }

  /** All rows by their id, in the order of the page. */
  public static Map<String, FidelityRow> all() {
    try (InputStream in = FidelityRow.class.getResourceAsStream(TABLE)) {
      if (in == null) {
        throw new IllegalStateException(TABLE + " is missing");
      }
      return parse(new String(in.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads the page.
   *
   * @throws IllegalArgumentException if a row is there twice
   */
  public static Map<String, FidelityRow> parse(String page) {
    Map<String, FidelityRow> rows = new LinkedHashMap<>();
    for (String line : page.lines().filter(text -> text.startsWith("| `")).toList()) {
      String[] cells = line.split("\\|", -1);
      if (cells.length <= CELLS) {
        continue;
      }
      String id = cells[1].strip().replace("`", "");
      if (rows.put(id, new FidelityRow(id, cells[2].strip(), cells[3].strip())) != null) {
        throw new IllegalArgumentException("docs/fidelity.md has two rows " + id);
      }
    }
    return rows;
  }
}
