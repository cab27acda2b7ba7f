package io.github.dsqljava.local.occ;

import java.util.HashMap;
import java.util.Map;

/** Reads the footprint that {@code occ_save} returns. */
final class Footprint {
  /** The number of the weakest strength. */
  private static final int FIRST = 1;

  private Footprint() {}

  /** Whether there is a row with this strength. */
  static boolean mentions(String text, RowStrength strength) {
    return (text + ' ').contains(":" + (strength.ordinal() + FIRST) + ' ');
  }

  /**
   * @param text {@code table:place:strength}, separated by spaces
   */
  static Map<RowId, RowStrength> parse(String text) {
    Map<RowId, RowStrength> rows = new HashMap<>();
    if (text.isEmpty()) {
      return rows;
    }
    for (String entry : text.split(" ")) {
      String[] fields = entry.split(":");
      RowStrength strength = RowStrength.values()[Integer.parseInt(fields[2]) - FIRST];
      rows.merge(new RowId(Long.parseLong(fields[0]), fields[1]), strength, RowStrength::stronger);
    }
    return rows;
  }
}
