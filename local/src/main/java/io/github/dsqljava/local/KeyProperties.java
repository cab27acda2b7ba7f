package io.github.dsqljava.local;

import io.github.dsqljava.local.iam.IamPrincipal;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The system properties that AWS SDKs read keys and Region from, as they are while a cluster is the
 * one that programs find. Whoever set them last gives them back first, or finds them changed and
 * leaves them alone.
 */
final class KeyProperties {
  private static final Object LOCK = new Object();

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
    synchronized (LOCK) {
      ours.forEach((name, value) -> properties.before.put(name, put(name, value)));
    }
    return properties;
  }

  void restore() {
    synchronized (LOCK) {
      boolean untouched =
          ours.entrySet().stream()
              .allMatch(
                  entry -> Objects.equals(entry.getValue(), System.getProperty(entry.getKey())));
      if (untouched) {
        before.forEach(KeyProperties::put);
      }
    }
  }

  private static @Nullable String put(String name, @Nullable String value) {
    return value == null ? System.clearProperty(name) : System.setProperty(name, value);
  }
}
