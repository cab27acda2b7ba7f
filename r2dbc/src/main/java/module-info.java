/** The connector for Amazon Aurora DSQL on r2dbc-postgresql. */
module io.github.dsqljava.r2dbc {
  requires transitive io.github.dsqljava;
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires jdk.net;
  requires transitive org.reactivestreams;
  requires static transitive org.jspecify;
  requires transitive r2dbc.postgresql;
  requires transitive r2dbc.spi;
  requires transitive reactor.core;
  requires reactor.netty.core;

  exports io.github.dsqljava.r2dbc;

  provides io.r2dbc.spi.ConnectionFactoryProvider with
      io.github.dsqljava.r2dbc.DsqlConnectionFactoryProvider;
}
