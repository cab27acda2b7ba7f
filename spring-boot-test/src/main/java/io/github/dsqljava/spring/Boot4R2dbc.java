package io.github.dsqljava.spring;

import io.github.dsqljava.local.DsqlLocal;
import io.r2dbc.spi.ConnectionFactoryOptions;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;

/** The connection details of a connection factory, in Spring Boot 4's own type. */
record Boot4R2dbc(DsqlLocal cluster) implements R2dbcConnectionDetails {
  @Override
  public ConnectionFactoryOptions getConnectionFactoryOptions() {
    return R2dbc.options(cluster);
  }
}
