package io.github.dsqljava.r2dbc;

import io.github.dsqljava.InvalidConfigurationException;

/** Looks whether the driver on the class path is one that can do what the connector needs. */
final class DriverVersion {

  /** Of 1.1.0 and later, and of nothing else that is needed. */
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
