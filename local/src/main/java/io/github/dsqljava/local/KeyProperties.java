package io.github.dsqljava.local;

import io.github.dsqljava.local.iam.IamPrincipal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The system properties from which AWS SDKs read keys and Region, as one cluster sets them. The
 * last cluster to set them is in effect. When it ends, the one before it is; after the last of
 * them, the properties have their original values. Properties that a program has changed meanwhile
 * are left alone.
 */
final class KeyProperties {
  /** The clusters that have set the properties, the one in effect last. Guarded by itself. */
  private static final List<KeyProperties> SET = new ArrayList<>();

  private final Map<String, @Nullable String> ours;
  private final Map<String, @Nullable String> before = new HashMap<>();

  private KeyProperties(Map<String, @Nullable String> ours) {
    this.ours = ours;
  }

  static KeyProperties set(IamPrincipal principal, String region) {
    Map<String, @Nullable String> ours = new LinkedHashMap<>();
    ours.put("aws.accessKeyId", principal.accessKeyId());
    ours.put("aws.secretAccessKey", principal.secretAccessKey());
    // A token of somebody else's session does not go with these keys.
    ours.put("aws.sessionToken", principal.sessionToken().orElse(null));
    ours.put("aws.region", region);
    KeyProperties properties = new KeyProperties(ours);
    synchronized (SET) {
      ours.forEach((name, value) -> properties.before.put(name, put(name, value)));
      SET.add(properties);
    }
    return properties;
  }

  void restore() {
    synchronized (SET) {
      int at = SET.indexOf(this);
      if (at < 0) {
        return;
      }
      SET.remove(at);
      if (at < SET.size()) {
        KeyProperties above = SET.get(at);
        above.before.putAll(before); // what the one above goes back to, for this one is gone
      } else if (isUntouched()) {
        before.forEach(KeyProperties::put);
      }
    }
  }

  private boolean isUntouched() {
    return ours.entrySet().stream()
        .allMatch(entry -> Objects.equals(entry.getValue(), System.getProperty(entry.getKey())));
  }

  private static @Nullable String put(String name, @Nullable String value) {
    return value == null ? System.clearProperty(name) : System.setProperty(name, value);
  }
}
