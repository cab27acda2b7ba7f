package io.github.dsqljava.spring;

import io.github.dsqljava.local.DsqlLocal;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;

/** The options of R2DBC in its own type. */
final class R2dbc {
  private R2dbc() {}

  static ConnectionFactoryOptions options(DsqlLocal cluster) {
    ConnectionFactoryOptions.Builder options = ConnectionFactoryOptions.builder();
    cluster
        .r2dbcOptions()
        .forEach((name, value) -> options.option(Option.<Object>valueOf(name), value));
    return options.build();
  }
}
