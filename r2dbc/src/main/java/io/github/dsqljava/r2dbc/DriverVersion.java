package io.github.dsqljava.r2dbc;

import io.github.dsqljava.InvalidConfigurationException;

/** Checks that the driver on the class path is new enough for the connector. */
final class DriverVersion {

  /** A class that the driver has since 1.1.0; nothing else here needs it. */
  private static final String DIRECT_TLS = "io.r2dbc.postgresql.client.SSLNegotiation";

  private DriverVersion() {}

  /**
   * Refuses an old driver.
   *
   * @throws InvalidConfigurationException with what to do
   */
  static void check() {
    try {
      Class.forName(DIRECT_TLS, /* initialize= */ false, DriverVersion.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new InvalidConfigurationException(
          "The r2dbc-postgresql on the class path is older than 1.1, which knows no direct TLS; use"
              + " 1.1.2 or a later 1.1. Spring Boot 3.5 pins 1.0: set its property"
              + " r2dbc-postgresql.version",
          e);
    }
  }
}
