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
 * The system properties that AWS SDKs read keys and Region from, as they are while a cluster is the
 * one that programs find. The cluster that set them last is that one; when it ends, the one before
 * it is, and after the last of them the properties have the values that they had before the first.
 * Properties that a program has changed meanwhile are left alone.
 */
final class KeyProperties {
  /** Those in effect, the last of them on top. Guards itself. */
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
