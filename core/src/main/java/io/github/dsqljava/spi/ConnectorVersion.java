package io.github.dsqljava.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version that Maven wrote into {@code version.properties} when it built this jar. */
final class ConnectorVersion {

  private static final String CURRENT = load();

  private ConnectorVersion() {}

  static String current() {
    return CURRENT;
  }

  private static String load() {
    Properties properties = new Properties();
    try (InputStream in = ConnectorVersion.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read version.properties of the connector", e);
    }
    // A repackaged jar may have lost the resource; that is no reason not to connect.
    return properties.getProperty("version", "unknown");
  }
}
