package io.github.dsqljava.vertx;

import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.vertx.internal.ConnectionPlan;
import io.github.dsqljava.vertx.internal.PublicApiTransport;
import io.github.dsqljava.vertx.internal.Transport;
import io.github.dsqljava.vertx.internal.Vertx50Transport;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Function;

/**
 * Chooses the transport that fits the present Vert.x. On the class path, a subclass of its
 * internals opens connections. On the module path the internals are sealed off, and a connection
 * begins with an SSLRequest.
 */
enum TransportChoice {
  /** Subclass of the driver's connection factory, direct TLS or SSLRequest. */
  VERTX_50,
  /** Public API, SSLRequest. */
  PUBLIC_API_SSL_REQUEST;

  /** The class that the subclass extends; 5.1.0 has moved it to another package. */
  private static final String MARK_OF_50 = "io.vertx.sqlclient.spi.ConnectionFactory";

  private static final Logger LOGGER = System.getLogger(TransportChoice.class.getName());

  /**
   * The transport of a connector, and the makers that fit it.
   *
   * @param transport opens connections
   * @param tlsMode the mode that it uses
   * @param pools makes the pools that fit it
   * @param clients makes the clients that fit it
   */
  record Opened(
      Transport transport,
      TlsMode tlsMode,
      Function<PoolSettings, DsqlPool> pools,
      Function<ClientSettings, DsqlClient> clients) {}

  static TransportChoice of(ClassLoader classes) {
    return isPresent(MARK_OF_50, classes) ? VERTX_50 : PUBLIC_API_SSL_REQUEST;
  }

  private static boolean isPresent(String name, ClassLoader classes) {
    try {
      Class.forName(name, /* initialize= */ false, classes);
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  Opened open(ConnectionPlan plan) {
    return switch (this) {
      case VERTX_50 -> openVertx50(plan);
      case PUBLIC_API_SSL_REQUEST -> openSslRequest(plan);
    };
  }

  private static Opened openVertx50(ConnectionPlan plan) {
    try {
      Vertx50Transport transport = Vertx50Transport.open(plan);
      return new Opened(
          transport,
          plan.direct() ? TlsMode.DIRECT : TlsMode.SSL_REQUEST,
          settings -> NativePool.open(transport, plan, settings),
          settings -> NativeClient.open(transport, plan, settings));
    } catch (LinkageError e) {
      // The internals have moved, or this is the module path, where they are sealed off.
      LOGGER.log(Level.DEBUG, "The Vert.x 5.0 subclass does not link", e);
      return openSslRequest(plan);
    }
  }

  private static Opened openSslRequest(ConnectionPlan plan) {
    if (!plan.direct()) {
      return publicApi(plan, TlsMode.SSL_REQUEST);
    }
    Opened opened = publicApi(plan, TlsMode.SSL_REQUEST_FALLBACK);
    LOGGER.log(
        Level.WARNING,
        "Direct TLS needs Vert.x on the class path; each connection to {0} takes one round trip more,"
            + " for an SSLRequest",
        plan.config().endpoint().address());
    return opened;
  }

  /**
   * Vert.x's own pool could run transactions, but not with the guarantees of {@code inTransaction}
   * and {@link PoolSettings}.
   */
  private static InvalidConfigurationException refusal(String what) {
    return new InvalidConfigurationException(
        what
            + " needs "
            + VertxVersion.RANGE
            + ", on the class path; found version "
            + VertxVersion.found()
            + ", whose internals are different or, on the module path, sealed off. Only connect()"
            + " works with it");
  }

  private static Opened publicApi(ConnectionPlan plan, TlsMode mode) {
    String host = plan.config().endpoint().host();
    if (host.indexOf('.') < 0) {
      throw new InvalidConfigurationException(
          "Host "
              + host
              + " has no dot, and on the module path the JDK sends no server name (SNI) for such"
              + " a name; connect under a name with a dot, or put Vert.x on the class path");
    }
    PublicApiTransport transport = PublicApiTransport.open(plan);
    return new Opened(
        transport,
        mode,
        settings -> {
          throw refusal("A pool");
        },
        settings -> {
          throw refusal("A client");
        });
  }
}
