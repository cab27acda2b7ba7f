package io.github.dsqljava.spring;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.spring.DsqlLocalConnection.JdbcDriver;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;

/** The connection details of a data source, in Spring Boot 3's own type. */
record Boot3Jdbc(DsqlLocal cluster, JdbcDriver driver) implements JdbcConnectionDetails {
  @Override
  public String getUsername() {
    return "admin";
  }

  /** Returns null, because the driver itself finds a token for each connection. */
  @Override
  public @Nullable String getPassword() {
    return null;
  }

  @Override
  public String getJdbcUrl() {
    return Jdbc.url(cluster, driver);
  }

  @Override
  public String getDriverClassName() {
    return Jdbc.className(driver);
  }
}
