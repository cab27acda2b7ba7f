package io.github.dsqljava.spi;

import io.github.dsqljava.DsqlConfig;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Session settings in the startup message: they cost no round trip and hold for the whole life of
 * the connection. Both are on the service's list of accepted parameters.
 *
 * <pre>{@code
 * Map<String, String> startup = SessionParameters.of(config, "aurora-dsql-java-vertx");
 * // {search_path=public, application_name=aurora-dsql-java-vertx/1.0.0}
 * }</pre>
 */
public final class SessionParameters {

  /** PostgreSQL keeps 63 bytes of application_name (NAMEDATALEN is 64 with the final zero). */
  private static final int MAX_APPLICATION_NAME = 63;

  /** Identifiers that mean the same with and without quotes. */
  private static final Pattern PLAIN_IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]*");

  private SessionParameters() {}

  /**
   * The parameters {@code search_path}, which is the schema, quoted if it needs quotes, and {@code
   * application_name}, which is {@code [<prefix>:]<connector>/<version>} cut after 63 bytes.
   *
   * @param config has the schema and the prefix
   * @param connector the adapter's name in printable ASCII, for example {@code
   *     aurora-dsql-java-vertx}; the version is that of this build
   */
  public static Map<String, String> of(DsqlConfig config, String connector) {
    Objects.requireNonNull(connector, "connector");
    String name =
        config.applicationNamePrefix().map(prefix -> prefix + ":").orElse("")
            + connector
            + "/"
            + ConnectorVersion.current();
    return Map.of(
        "search_path", quoted(config.schema()),
        // Prefix, connector and version are ASCII, so a character is a byte.
        "application_name", name.substring(0, Math.min(name.length(), MAX_APPLICATION_NAME)));
  }

  static String quoted(String identifier) {
    return PLAIN_IDENTIFIER.matcher(identifier).matches()
        ? identifier
        : '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
