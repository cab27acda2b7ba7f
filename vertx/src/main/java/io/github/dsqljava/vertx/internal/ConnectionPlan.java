package io.github.dsqljava.vertx.internal;

import io.github.dsqljava.AuthToken;
import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.DsqlException;
import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.spi.ConnectFailures;
import io.github.dsqljava.spi.SessionParameters;
import io.github.dsqljava.spi.TokenSource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.util.Map;
import javax.net.ssl.TrustManagerFactory;

/**
 * The common part of a connector's connections, for every transport: the settings for the driver, a
 * fresh token for each, and the translation of failures.
 */
public final class ConnectionPlan {

  /** The name in application_name; the version is added by the core. */
  private static final String CONNECTOR = "aurora-dsql-java-vertx";

  /** Vert.x's default, set here so that a change in Vert.x changes nothing. */
  private static final int PIPELINING_LIMIT = 256;

  private final Vertx vertx;
  private final DsqlConfig config;
  private final TokenSource tokens;
  private final TrustManagerFactory trust;
  private final ConnectFailures failures;
  private final Map<String, String> sessionParameters;
  private final ClientSSLOptions sslOptions;

  /** A plan; the caller closes Vert.x and the token source. */
  public ConnectionPlan(
      Vertx vertx, DsqlConfig config, TokenSource tokens, TrustManagerFactory trust) {
    this.vertx = vertx;
    this.config = config;
    this.tokens = tokens;
    this.trust = trust;
    this.failures = ConnectFailures.of(config);
    this.sessionParameters = SessionParameters.of(config, CONNECTOR);
    this.sslOptions =
        new ClientSSLOptions()
            // Not wrap(TrustManager): that class of Vert.x needs SLF4J.
            .setTrustOptions(TrustOptions.wrap(trust))
            .setHostnameVerificationAlgorithm("HTTPS");
  }

  /** The Vert.x on which connections run. */
  public Vertx vertx() {
    return vertx;
  }

  /** The configuration. */
  public DsqlConfig config() {
    return config;
  }

  TrustManagerFactory trust() {
    return trust;
  }

  /** Whether the configuration asks for direct TLS. */
  public boolean direct() {
    return config.tlsNegotiation() == TlsNegotiation.DIRECT;
  }

  /**
   * The driver's options with a fresh token as password. Never blocks; the future completes on a
   * thread of the token source, and fails with a CredentialsException.
   */
  Future<PgConnectOptions> freshOptions() {
    return Future.fromCompletionStage(tokens.token()).map(this::options);
  }

  private PgConnectOptions options(AuthToken token) {
    PgConnectOptions options =
        new PgConnectOptions()
            .setHost(config.endpoint().host())
            .setPort(config.endpoint().port())
            .setDatabase(config.database())
            .setUser(config.user())
            .setPassword(token.value())
            .setSslMode(SslMode.VERIFY_FULL)
            .setSslOptions(sslOptions.copy())
            .setCachePreparedStatements(config.statementCacheSize() > 0)
            .setPreparedStatementCacheMaxSize(Math.max(1, config.statementCacheSize()))
            .setPipeliningLimit(PIPELINING_LIMIT)
            // The pool and the caller decide on retries.
            .setReconnectAttempts(0);
    sessionParameters.forEach(options::addProperty);
    return options;
  }

  /** Translates a failure, even if the server's answer is wrapped in others. */
  DsqlException explain(Throwable failure, ConnectPhase phase) {
    return DriverErrors.serverError(failure)
        .map(error -> failures.from(error, failure))
        .orElseGet(() -> failures.from(failure, phase));
  }

  /** The failure of an attempt that took longer than the connect timeout. */
  DsqlException timedOut(ConnectPhase phase) {
    return failures.timedOut(phase);
  }
}
