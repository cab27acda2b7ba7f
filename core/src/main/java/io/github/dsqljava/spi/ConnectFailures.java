package io.github.dsqljava.spi;

import io.github.dsqljava.CertificateRejectedException;
import io.github.dsqljava.ClusterUnreachableException;
import io.github.dsqljava.ConnectPhase;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.DsqlException;
import io.github.dsqljava.HostUnknownException;
import io.github.dsqljava.ServerError;
import io.github.dsqljava.TlsNegotiation;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Explains a failed attempt to connect: turns the driver's exception or the server's error into the
 * {@link DsqlException} with a remedy. Stateless and safe to use from several threads.
 *
 * <pre>{@code
 * ConnectFailures failures = ConnectFailures.of(config);
 * throw failures.from(driverException, ConnectPhase.TLS);
 * }</pre>
 *
 * <p>Server errors are distinguished by SQLSTATE. Where the service uses one code for several
 * cases, a part of the text decides, because the service sends no other sign.
 */
public final class ConnectFailures {

  private static final List<String> CLOSED_BY_PEER =
      List.of("connection closed", "connection reset", "broken pipe", "received close_notify");

  private final DsqlConfig config;

  private ConnectFailures(DsqlConfig config) {
    this.config = config;
  }

  /** Makes one for connections with this configuration. */
  public static ConnectFailures of(DsqlConfig config) {
    return new ConnectFailures(config);
  }

  /**
   * Explains an error with which the server answered the login.
   *
   * @param error the server's answer
   * @param cause the driver's exception for it
   */
  public DsqlException from(ServerError error, Throwable cause) {
    return ServerRefusal.explain(config, at(), error, cause);
  }

  /**
   * Explains a failure that is not a server error. A {@link DsqlException} in the chain of causes
   * is returned as it is.
   *
   * <p>Vert.x's own client loses the reason why a TLS handshake failed. It is usually a bad
   * certificate, but a server that hangs up looks the same. So the result is a {@link
   * ClusterUnreachableException} of phase {@link ConnectPhase#TLS} whose text names both, and not a
   * {@link CertificateRejectedException}.
   *
   * @param failure the driver's exception
   * @param phase the phase that the attempt had reached; {@link ConnectPhase#UNKNOWN} if the driver
   *     does not report it
   */
  public DsqlException from(Throwable failure, ConnectPhase phase) {
    List<Throwable> chain = chain(failure);
    Optional<DsqlException> known = find(chain, DsqlException.class);
    if (known.isPresent()) {
      return known.get();
    }
    if (find(chain, UnknownHostException.class).isPresent()
        || find(chain, UnresolvedAddressException.class).isPresent()) {
      return new HostUnknownException(
          at()
              + "the name has no address. Check the cluster id and the region in it, that the cluster"
              + " exists, and that this machine's DNS works.",
          failure);
    }
    if (find(chain, CertificateException.class).isPresent()
        || find(chain, CertPathValidatorException.class).isPresent()) {
      return new CertificateRejectedException(at() + certificateProblem(chain), failure);
    }
    if (chain.stream().anyMatch(ConnectFailures::isHandshakeWithoutReason)) {
      return new ClusterUnreachableException(at() + handshakeProblem(), ConnectPhase.TLS, failure);
    }
    return new ClusterUnreachableException(at() + networkProblem(chain, phase), phase, failure);
  }

  /**
   * Explains an attempt that has taken longer than {@link DsqlConfig#connectTimeout()}.
   *
   * @param phase the phase that it had reached by then
   */
  public DsqlException timedOut(ConnectPhase phase) {
    return new ClusterUnreachableException(
        at()
            + "no connection within "
            + config.connectTimeout()
            + ", gave up "
            + phase
            + ". Check host, port and firewall; if the network is slow or the cluster was idle, raise"
            + " connectTimeout.",
        phase,
        null);
  }

  /** The beginning of every message. */
  private String at() {
    return "Cannot connect to " + config.endpoint().address() + " as user " + config.user() + ": ";
  }

  private String trusted() {
    return config
        .caFile()
        .map(file -> "the certificate authorities in " + file)
        .orElse("the JDK's certificate authorities");
  }

  private String certificateProblem(List<Throwable> chain) {
    String trust = trusted();
    if (find(chain, CertificateExpiredException.class).isPresent()
        || find(chain, CertificateNotYetValidException.class).isPresent()) {
      return "the server's certificate is out of date. Check this machine's clock, then the server.";
    }
    if (find(chain, CertPathBuilderException.class).isPresent()
        || find(chain, CertPathValidatorException.class).isPresent()) {
      return "the server's certificate was not issued under "
          + trust
          + ". If this server is the right one, give its authority's PEM file as caFile; else"
          + " another server intercepts the connection.";
    }
    if (chain.stream().anyMatch(ConnectFailures::namesAnotherHost)) {
      return "the server's certificate is valid, but for another name than "
          + config.endpoint().host()
          + ". Connect under a name that stands in the certificate.";
    }
    return "the server's certificate was refused; it was checked against "
        + trust
        + " and for the name "
        + config.endpoint().host()
        + ". The cause says why.";
  }

  /** The JDK has no exception of its own for this; the texts are those of its HostnameChecker. */
  private static boolean namesAnotherHost(Throwable failure) {
    String message = failure.getMessage();
    return failure instanceof CertificateException
        && message != null
        && (message.contains("No name matching") || message.contains("No subject alternative"));
  }

  /**
   * Compares the class name and text of io.vertx.core.VertxException, because this module does not
   * depend on Vert.x.
   */
  private static boolean isHandshakeWithoutReason(Throwable failure) {
    return "SSL handshake failed".equals(failure.getMessage())
        && !(failure instanceof SSLException);
  }

  private String handshakeProblem() {
    return "the TLS handshake failed, and the driver does not say why. Usually the server's"
        + " certificate was not issued under "
        + trusted()
        + " (then give its authority's PEM file as caFile) or is for another name than "
        + config.endpoint().host()
        + "; else the server closed the connection: check that host and port are those of a"
        + " cluster.";
  }

  /**
   * Whether the other side ended the connection. Some layers have an exception for it, often
   * without a text; for the others the text must do: that of the operating system, of Netty's or
   * the JDK's TLS, and of Vert.x's SQL client.
   */
  private static boolean isClosedByPeer(Throwable failure) {
    if (failure instanceof ClosedChannelException || failure instanceof EOFException) {
      return true;
    }
    String text = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return failure instanceof IOException
        ? CLOSED_BY_PEER.stream().anyMatch(text::contains)
        : text.startsWith("failed to read any response from the server");
  }

  private String closedProblem(ConnectPhase phase) {
    String what = "the server closed the connection ";
    return switch (phase) {
      case TLS ->
          what
              + "in the TLS handshake. "
              + (config.tlsNegotiation() == TlsNegotiation.DIRECT
                  ? "Older PostgreSQL servers and proxies do so because they know no direct TLS: try"
                      + " tlsNegotiation=sslrequest. Else check"
                  : "Check")
              + " that host and port are those of a cluster.";
      case LOGIN ->
          what
              + "during the login and gave no reason. Try again; if it stays so, check the cluster's"
              + " status and any proxy in between.";
      case TCP, UNKNOWN ->
          what
              + "while it was being opened, and gave no reason. Check host, port, firewall and any"
              + " proxy in between.";
    };
  }

  private String networkProblem(List<Throwable> chain, ConnectPhase phase) {
    if (chain.stream().anyMatch(ConnectFailures::isClosedByPeer)) {
      return closedProblem(phase);
    }
    Optional<SSLException> tls = find(chain, SSLException.class);
    if (tls.isPresent()) {
      return "the TLS handshake failed ("
          + tls.get().getMessage()
          + "). "
          + (config.tlsNegotiation() == TlsNegotiation.DIRECT
              ? "If this server knows no direct TLS, set tlsNegotiation to sslrequest."
              : "Check that host and port are those of a cluster.");
    }
    Optional<IOException> network = find(chain, IOException.class);
    String text = network.map(IOException::getMessage).map(String::valueOf).orElse("");
    if (find(chain, ConnectException.class).isPresent()
        && text.toLowerCase(Locale.ROOT).contains("refused")) {
      return "the connection was refused; nothing listens there. Check the port, and that the server"
          + " runs.";
    }
    // Without a text, the class is the only information.
    String what = text.isEmpty() ? chain.get(chain.size() - 1).toString() : text;
    return "failed " + phase + " (" + what + "). Check host, port and firewall.";
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable at = failure; at != null && !chain.contains(at); at = at.getCause()) {
      chain.add(at);
    }
    return chain;
  }

  private static <T> Optional<T> find(List<Throwable> chain, Class<T> type) {
    return chain.stream().filter(type::isInstance).map(type::cast).findFirst();
  }
}
