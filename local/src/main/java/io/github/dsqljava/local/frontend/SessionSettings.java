package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.dialect.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings a client asks for in its startup packet, checked against what Aurora DSQL allows.
 *
 * @param backendSettings the settings that PostgreSQL gets
 * @param requestedClusterId the {@code amzn-cluster-id} of a PrivateLink client
 * @param refused name of the first setting that is not allowed
 */
record SessionSettings(
    Map<String, String> backendSettings,
    Optional<String> requestedClusterId,
    Optional<String> refused) {

  /** Allowed, but unknown to PostgreSQL. */
  private static final Set<String> WITHOUT_BACKEND =
      Set.of("dsql.enable_batched_nestloop", "disable_sync_create_index");

  private static final String CLUSTER_ID = "amzn-cluster-id";

  static SessionSettings of(StartupPacket packet) {
    Map<String, String> wanted = new LinkedHashMap<>();
    // As in PostgreSQL, a parameter of its own wins over the same one in the options.
    Optional<String> refused = addOptions(packet.parameters().getOrDefault("options", ""), wanted);
    for (Map.Entry<String, String> parameter : packet.parameters().entrySet()) {
      switch (parameter.getKey()) {
        case "user", "database", "options" -> {}
        default -> {
          if (!parameter.getKey().startsWith("_pq_.")) {
            wanted.put(parameter.getKey(), parameter.getValue());
          }
        }
      }
    }
    Optional<String> clusterId = Optional.ofNullable(wanted.remove(CLUSTER_ID));
    Map<String, String> backend = new LinkedHashMap<>();
    for (Map.Entry<String, String> setting : wanted.entrySet()) {
      String name = setting.getKey().toLowerCase(Locale.ROOT);
      if (!Settings.isAccepted(name)) {
        refused = refused.or(() -> Optional.of(setting.getKey()));
      } else if (!WITHOUT_BACKEND.contains(name)) {
        backend.put(setting.getKey(), setting.getValue());
      }
    }
    return new SessionSettings(backend, clusterId, refused);
  }

  /**
   * Reads {@code -c name=value} and {@code --name=value}; returns the first word of any other form.
   */
  private static Optional<String> addOptions(String options, Map<String, String> wanted) {
    List<String> words = words(options);
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      String setting;
      if (word.equals("-c") && i + 1 < words.size()) {
        setting = words.get(++i);
      } else if (word.startsWith("-c") || word.startsWith("--")) {
        setting = word.substring(2);
      } else {
        return Optional.of(word);
      }
      int equals = setting.indexOf('=');
      if (equals <= 0) {
        return Optional.of(setting);
      }
      // In a command line switch, dashes stand for the underscores of a name.
      String name = setting.substring(0, equals);
      wanted.put(
          name.equals(CLUSTER_ID) ? name : name.replace('-', '_'), setting.substring(equals + 1));
    }
    return Optional.empty();
  }

  /** Splits at white space; a backslash takes the next character literally. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        word.append(text.charAt(++i));
        inWord = true;
      } else if (Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }
}
