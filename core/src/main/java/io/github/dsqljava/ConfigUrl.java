package io.github.dsqljava;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code dsql://user@host:port/database?key=value&key=value} into a layer of settings.
 *
 * <p>Messages never show the URL or the value of an unknown key, because it may contain a password.
 * The grammar is stricter than {@link java.net.URI}, which takes half of a badly written user part
 * for a host.
 */
final class ConfigUrl {

  private static final List<String> SCHEMES = List.of("dsql://", "postgresql://", "postgres://");

  /** Names of settings in other PostgreSQL clients that {@link NearestName} would not find. */
  private static final Map<String, String> OTHER_NAMES =
      Map.of(
          "sslrootcert", "caFile",
          "application_name", "applicationNamePrefix",
          "ormPrefix", "applicationNamePrefix",
          "search_path", "schema",
          "currentSchema", "schema");

  private static final String NO_PASSWORD =
      "must not contain a password: the connector signs a token for each connection";

  /** Keys of other drivers, in lower case. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "password", NO_PASSWORD,
          "pass", NO_PASSWORD,
          "sslmode",
              "has the key sslmode; remove it, TLS is always on and always fully verified"
                  + " (verify-full)",
          "ssl",
              "has the key ssl; remove it, TLS is always on and always fully verified (verify-full)",
          "user", "has the key user; write the user before the host, as in dsql://user@host",
          "host", "has the key host; write the host after ://, as in dsql://user@host",
          "port", "has the key port; write the port after the host, as in dsql://host:5432",
          "database", "has the key database; write it as the path, as in dsql://host/postgres",
          "dbname", "has the key dbname; write it as the path, as in dsql://host/postgres");

  private final SettingValues values = new SettingValues();

  private ConfigUrl() {}

  static SettingValues parse(String url) {
    ConfigUrl reader = new ConfigUrl();
    reader.read(url);
    return reader.values;
  }

  private void read(String url) {
    String rest =
        SCHEMES.stream()
            .filter(url::startsWith)
            .findFirst()
            .map(scheme -> url.substring(scheme.length()))
            .orElseThrow(() -> refused("must begin with dsql://, postgresql:// or postgres://"));
    if (rest.indexOf('#') >= 0) {
      throw refused("has a fragment (#...), which means nothing here; write # as %23");
    }
    int queryStart = rest.indexOf('?');
    String query = queryStart < 0 ? "" : rest.substring(queryStart + 1);
    String beforeQuery = queryStart < 0 ? rest : rest.substring(0, queryStart);
    int pathStart = beforeQuery.indexOf('/');
    String path = pathStart < 0 ? "" : beforeQuery.substring(pathStart + 1);
    String authority = pathStart < 0 ? beforeQuery : beforeQuery.substring(0, pathStart);
    // An @ elsewhere means that an unencoded / or ? in the user part has split the URL in the wrong
    // place, and the pieces must not be shown.
    int at = authority.indexOf('@');
    if (rest.indexOf('@', at + 1) >= 0) {
      throw refused("has an @ that does not end the user part; write it as %40");
    }
    if (at >= 0) {
      readUser(authority.substring(0, at));
    }
    readHostAndPort(authority.substring(at + 1));
    readDatabase(path);
    readQuery(query);
  }

  private void readUser(String encoded) {
    if (encoded.indexOf(':') >= 0) {
      throw refused(
          "must not contain a password: the connector signs a token for each connection."
              + " Write dsql://user@host (and a colon in a user name as %3A)");
    }
    values.parse(Setting.USER, decode(encoded, "user"), "URL");
  }

  private void readHostAndPort(String text) {
    if (text.startsWith("[")) {
      values.parse(Setting.ENDPOINT, text, "URL"); // an IPv6 address, refused with the reason
    }
    int colon = text.indexOf(':');
    String host = decode(colon < 0 ? text : text.substring(0, colon), "host");
    if (!host.isEmpty()) {
      values.parse(Setting.ENDPOINT, host, "URL");
    }
    if (colon >= 0) {
      values.parse(Setting.PORT, text.substring(colon + 1), "URL");
    }
  }

  private void readDatabase(String path) {
    if (path.indexOf('/') >= 0) {
      throw refused("has more than one path segment; the path is the database, as in /postgres");
    }
    if (!path.isEmpty()) {
      values.parse(Setting.DATABASE, decode(path, "database"), "URL");
    }
  }

  private void readQuery(String query) {
    Set<String> seen = new HashSet<>();
    for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw refused("has a query part that is not key=value");
      }
      String key = decode(pair.substring(0, equals), "key");
      Setting<?> setting = Setting.ofUrlKey(key).orElseThrow(() -> unknown(key));
      if (!seen.add(key)) {
        throw refused("has the key " + key + " twice; leave one");
      }
      values.parse(setting, decode(pair.substring(equals + 1), key), "URL key " + key);
    }
  }

  private static InvalidConfigurationException unknown(String key) {
    String reason = REFUSED.get(key.toLowerCase(Locale.ROOT));
    if (reason != null) {
      return refused(reason);
    }
    List<String> known = Setting.urlKeys();
    String nearest = OTHER_NAMES.getOrDefault(key, NearestName.of(key, known));
    return refused(
        "has the unknown key \""
            + key
            + "\"; did you mean "
            + nearest
            + "? Known keys: "
            + String.join(", ", known));
  }

  /** Percent-decoding as in RFC 3986, UTF-8 only; a plus stays a plus. */
  private static String decode(String encoded, String part) {
    byte[] bytes = encoded.getBytes(StandardCharsets.UTF_8);
    ByteBuffer decoded = ByteBuffer.allocate(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != '%') {
        decoded.put(bytes[i]);
        continue;
      }
      int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
      int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        throw refused("has a % in its " + part + " that two hexadecimal digits do not follow");
      }
      decoded.put((byte) (high * 16 + low));
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
    } catch (CharacterCodingException e) {
      throw refused("has percent-encoded bytes in its " + part + " that are not UTF-8");
    }
  }

  private static InvalidConfigurationException refused(String problem) {
    return new InvalidConfigurationException("The URL " + problem + ".");
  }
}
