package io.github.dsqljava.local.occ;

import java.util.Arrays;
import java.util.List;

/**
 * A setting that the client has made by {@code set_config}.
 *
 * @param value the last value, in hexadecimal
 */
record ConfiguredSetting(String name, String value, boolean isLocal) {
  /** Reads the last column of {@code occ_save} or {@code occ_save_shadows}. */
  static List<ConfiguredSetting> read(String list) {
    return list.isEmpty()
        ? List.of()
        : Arrays.stream(list.split(",")).map(entry -> of(entry.split(" ", -1))).toList();
  }

  private static ConfiguredSetting of(String[] parts) {
    return new ConfiguredSetting(parts[0], parts[2], parts[1].equals("t"));
  }
}
