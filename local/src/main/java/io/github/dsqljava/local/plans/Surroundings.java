package io.github.dsqljava.local.plans;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The facts outside of a plan that its translation needs. A name has one character for each byte.
 *
 * @param shadows the shadows that the plan reads: schema and name of the table, with a zero
 *     between, to the name of the shadow
 * @param primaryKeys the indexes of primary keys: schema and name, with a zero between
 * @param estimatesDpu whether an estimate of DPU belongs to the answer
 */
record Surroundings(Map<String, String> shadows, Set<String> primaryKeys, boolean estimatesDpu) {

  private static final Pattern COMMA = Pattern.compile(",");

  /** Reads a list of "schema index" in hexadecimal, as {@code dsql_internal.primary_keys} gives. */
  static Set<String> readNames(String list) {
    Set<String> names = new HashSet<>();
    if (!list.isEmpty()) {
      for (String entry : COMMA.split(list, -1)) {
        int space = entry.indexOf(' ');
        names.add(fromHex(entry.substring(0, space)) + '\0' + fromHex(entry.substring(space + 1)));
      }
    }
    return names;
  }

  private static String fromHex(String hex) {
    return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
  }
}
