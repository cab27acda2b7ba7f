package io.github.dsqljava.benchmarks.peer;

import io.github.dsqljava.benchmarks.cluster.Target;
import io.github.dsqljava.spi.TokenSource;
import io.vertx.core.Future;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import io.vertx.sqlclient.SqlConnectOptions;

/** The driver's options as a program without the connector sets them, with a token each time. */
final class VertxConnections implements AutoCloseable {
  private final Target target;
  private final int port;
  private final TokenSource tokens;
  private final ClientSSLOptions tls;

  VertxConnections(Target target, int port) {
    this.target = target;
    this.port = port;
    this.tokens = TokenSource.of(target.config(port));
    this.tls =
        new ClientSSLOptions()
            .setTrustOptions(new PemTrustOptions().addCertPath(target.caFile().toString()))
            .setHostnameVerificationAlgorithm("HTTPS");
  }

  Future<PgConnectOptions> options() {
    return Future.fromCompletionStage(tokens.token())
        .map(
            token ->
                new PgConnectOptions()
                    // Not localhost: no server name would be sent.
                    .setHost(target.clusterHost())
                    .setPort(port)
                    .setUser(Target.USER)
                    .setPassword(token.value())
                    .setDatabase(Target.DATABASE)
                    .setSslMode(SslMode.VERIFY_FULL)
                    .setSslOptions(tls.copy())
                    .setCachePreparedStatements(true)
                    .setPipeliningLimit(256));
  }

  Future<SqlConnectOptions> poolOptions() {
    return options().map(SqlConnectOptions.class::cast);
  }

  @Override
  public void close() {
    tokens.close();
  }
}
