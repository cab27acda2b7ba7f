package io.github.dsqljava;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.IntStream;

/** Finds the known name that is most similar to an unknown one. */
final class NearestName {

  private NearestName() {}

  /**
   * The candidate that needs the fewest single-character edits; case, hyphens and underscores do
   * not count, because other connectors write the same keys with them.
   */
  static String of(String name, Collection<String> candidates) {
    String plain = plain(name);
    return candidates.stream()
        .min(Comparator.comparingInt(candidate -> distance(plain, plain(candidate))))
        .orElseThrow();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }

  /** Levenshtein distance, one row of the table at a time. */
  static int distance(String from, String to) {
    int[] previous = IntStream.rangeClosed(0, to.length()).toArray();
    for (int i = 1; i <= from.length(); i++) {
      int[] current = new int[to.length() + 1];
      current[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[to.length()];
  }
}
