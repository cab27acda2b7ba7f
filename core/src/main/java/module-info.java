/** Cluster endpoint, configuration, tokens and errors for Amazon Aurora DSQL; no driver. */
module io.github.dsqljava {
  requires static micrometer.core;
  requires static transitive org.jspecify;
  requires software.amazon.awssdk.auth;
  requires software.amazon.awssdk.http;
  requires software.amazon.awssdk.http.auth.aws;
  requires software.amazon.awssdk.http.auth.spi;
  requires transitive software.amazon.awssdk.identity.spi;
  requires software.amazon.awssdk.regions;
  requires software.amazon.awssdk.utils;

  exports io.github.dsqljava;
  exports io.github.dsqljava.internal to
      io.github.dsqljava.r2dbc,
      io.github.dsqljava.vertx;
  exports io.github.dsqljava.micrometer;
  exports io.github.dsqljava.pool;
  exports io.github.dsqljava.retry;
  exports io.github.dsqljava.spi;
  exports io.github.dsqljava.spi.pool;
}
