package io.github.dsqljava.r2dbc;

import io.github.dsqljava.AuthToken;
import io.github.dsqljava.ClosedException;
import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.DsqlException;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.TlsNegotiation;
import io.github.dsqljava.r2dbc.wire.SessionWire;
import io.github.dsqljava.r2dbc.wire.WireResources;
import io.github.dsqljava.spi.ConnectFailures;
import io.github.dsqljava.spi.SessionParameters;
import io.github.dsqljava.spi.TokenSource;
import io.github.dsqljava.spi.TrustedCertificates;
import io.github.dsqljava.spi.pool.ConnectionSource;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.client.SSLMode;
import io.r2dbc.postgresql.client.SSLNegotiation;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.tcp.TcpResources;

/**
 * Opens connections. Each has a token of its own and fully verified TLS, and its startup message
 * contains all settings of the session.
 *
 * <p>Safe to use from several threads.
 */
final class SessionSource implements ConnectionSource<PhysicalSession> {

  /** The name in application_name; the version is added by the core. */
  private static final String CONNECTOR = "aurora-dsql-java-r2dbc";

  private final DsqlConfig config;
  private final @Nullable Function<PhysicalSession, Mono<Void>> initHook;
  private final Optional<Duration> statementTimeout;
  private final TokenSource tokens;
  private final TrustManagerFactory trust;
  private final ConnectFailures failures;
  private final Set<WireResources> opening = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Reads the trusted certificates from disk. */
  SessionSource(DsqlConfig config, R2dbcSettings settings) {
    this.config = config;
    this.statementTimeout = settings.statementTimeout();
    this.initHook =
        settings
            .initHook()
            .map(hook -> new ConnectionHook("init hook", hook, config.connectTimeout()))
            .<Function<PhysicalSession, Mono<Void>>>map(hook -> hook::run)
            .orElse(null);
    this.trust = TrustedCertificates.of(config);
    this.failures = ConnectFailures.of(config);
    this.tokens = TokenSource.of(config);
  }

  String where() {
    return config.endpoint().address();
  }

  @Override
  public CompletionStage<PhysicalSession> open(@Nullable Object preference, Runnable lost) {
    return Stages.of(
        open(/* shaped= */ true)
            .doOnNext(
                session -> {
                  var unused =
                      session.wire().channel().closeFuture().addListener(ended -> lost.run());
                }));
  }

  /**
   * Opens a connection, or fails with a DsqlException.
   *
   * @param shaped whether the init hook is run, whose failure then fails the opening, too
   */
  Mono<PhysicalSession> open(boolean shaped) {
    return Mono.fromCompletionStage(tokens::token).flatMap(token -> open(token, shaped));
  }

  private Mono<PhysicalSession> open(AuthToken token, boolean shaped) {
    WireResources wires = new WireResources(TcpResources.get());
    opening.add(wires);
    if (closed) { // checked after add(), so that shutDown() misses no entry
      opening.remove(wires);
      return Mono.error(closedException());
    }
    return new PostgresqlConnectionFactory(configuration(token, wires))
        .create()
        .map(
            connection ->
                new PhysicalSession(
                    connection, Objects.requireNonNull(wires.wire()), where(), initHook))
        .timeout(config.connectTimeout(), Mono.error(() -> failures.timedOut(phase(wires.wire()))))
        .onErrorMap(failure -> explain(failure, wires.wire()))
        .flatMap(
            session -> {
              session.wire().useBegins();
              session.wire().notes().settingsAreKnown(); // the login reports them all
              if (shaped) {
                statementTimeout.ifPresent(session.wire()::limitSilence);
              }
              return shaped ? session.shape().thenReturn(session) : Mono.just(session);
            })
        .doOnError(failure -> abort(wires.wire()))
        .doOnCancel(() -> abort(wires.wire()))
        .doFinally(
            end -> {
              opening.remove(wires);
              wires.closeResolvers();
            });
  }

  private PostgresqlConnectionConfiguration configuration(AuthToken token, WireResources wires) {
    Map<String, String> session = SessionParameters.of(config, CONNECTOR);
    return PostgresqlConnectionConfiguration.builder()
        .host(config.endpoint().host())
        .port(config.endpoint().port())
        .database(config.database())
        .username(config.user())
        .password(token.value())
        .schema(session.get("search_path"))
        .applicationName(Objects.requireNonNull(session.get("application_name")))
        .sslMode(SSLMode.VERIFY_FULL)
        .sslNegotiation(
            config.tlsNegotiation() == TlsNegotiation.DIRECT
                ? SSLNegotiation.DIRECT
                : SSLNegotiation.POSTGRES)
        .sslContextBuilderCustomizer(builder -> builder.trustManager(trust))
        .sslEngineCustomizer(SessionSource::verifyName)
        // The driver's own timeout covers only TCP.
        .connectTimeout(config.connectTimeout())
        .tcpKeepAlive(true)
        .autodetectExtensions(false)
        .preparedStatementCacheQueries(config.statementCacheSize())
        .loopResources(wires)
        .build();
  }

  /**
   * Verifies the name in the handshake, where a failure states the name. The driver checks it again
   * later.
   */
  private static SSLEngine verifyName(SSLEngine engine) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return engine;
  }

  private Throwable explain(Throwable failure, @Nullable SessionWire wire) {
    if (closed) {
      return closedException();
    }
    if (failure instanceof DsqlException) {
      return failure;
    }
    Optional<ServerError> answer = wire == null ? Optional.empty() : wire.notes().firstError();
    return answer.isPresent()
        ? failures.from(answer.get(), failure)
        : failures.from(failure, phase(wire));
  }

  private static ConnectPhase phase(@Nullable SessionWire wire) {
    return wire == null ? ConnectPhase.TCP : wire.phase();
  }

  private static void abort(@Nullable SessionWire wire) {
    if (wire != null) {
      wire.abort();
    }
  }

  @Override
  public CompletionStage<Void> check(PhysicalSession session) {
    return session.check();
  }

  @Override
  public CompletionStage<Void> close(PhysicalSession session) {
    return session.close();
  }

  @Override
  public CompletionStage<Void> abort(PhysicalSession session) {
    return session.abort();
  }

  private ClosedException closedException() {
    return new ClosedException("The connector to " + where());
  }

  /** Gives up connections that are being opened, and opens no more. */
  void shutDown() {
    closed = true;
    tokens.close();
    opening.forEach(wires -> abort(wires.wire()));
  }
}
