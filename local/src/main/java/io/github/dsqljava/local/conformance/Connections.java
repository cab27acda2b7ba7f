package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.wire.Answer;
import io.github.dsqljava.local.conformance.wire.LoginRefusedException;
import io.github.dsqljava.local.conformance.wire.WireClient;
import io.github.dsqljava.local.conformance.wire.WireSession;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Opens the kit's connections, at half the rate that a cluster allows. Remembers the open ones, so
 * that the end of the program can cut them. Thread-safe.
 */
final class Connections {
  /** The service allows 100 a second. */
  private static final long NANOS_BETWEEN = Duration.ofMillis(20).toNanos();

  /** The limit of answers to logins and to the kit's own statements. */
  private static final Duration PATIENT = Duration.ofMinutes(1);

  private static final int ATTEMPTS = 3;
  private static final Duration BEFORE_NEXT = Duration.ofMillis(500);
  private static final int WAKING_ATTEMPTS = 60;
  private static final Duration WAKING = Duration.ofSeconds(2);
  private static final String RATE_EXCEEDED = "53400";
  private static final String DATABASE = "postgres";

  private final Endpoint endpoint;
  private final String user;
  private final Secrets secrets;
  private final Optional<Path> ca;
  private final SSLContext tls;
  private final Duration limit;
  private final Set<WireClient> open = ConcurrentHashMap.newKeySet();
  private volatile boolean stopped;
  private long last = System.nanoTime() - NANOS_BETWEEN;
  private int opened;

  /**
   * @param ca file of trusted certificates; the JDK's if empty
   * @param limit the time limit for an answer to a script
   */
  Connections(Endpoint endpoint, String user, Secrets secrets, Optional<Path> ca, Duration limit)
      throws ConformanceException {
    this.endpoint = endpoint;
    this.user = user;
    this.secrets = secrets;
    this.ca = ca;
    this.limit = limit;
    this.tls = Trust.context(ca);
  }

  /** Returns a copy without the open connections, for cleaning up after {@link #stop}. */
  Connections anew() throws ConformanceException {
    return new Connections(endpoint, user, secrets, ca, limit);
  }

  Endpoint endpoint() {
    return endpoint;
  }

  String user() {
    return user;
  }

  Secrets secrets() {
    return secrets;
  }

  /** Returns a new TLS context, for a connection that must not resume another one's TLS session. */
  SSLContext anewTls() throws ConformanceException {
    return Trust.context(ca);
  }

  /** Returns the number of connections opened so far. */
  synchronized int opened() {
    return opened;
  }

  /** Returns the parameters that every startup message has. */
  Map<String, String> startup() {
    Map<String, String> startup = new LinkedHashMap<>();
    startup.put("user", user);
    startup.put("database", DATABASE);
    startup.put("application_name", "dsql-local conformance");
    return startup;
  }

  /** Opens a session for a script or a probe; its answers have to come within the limit. */
  WireSession impatient(boolean extended, String schema) throws IOException {
    WireSession session = session(extended, schema);
    session.client().readLimit(limit);
    return session;
  }

  /** Opens such a session as another role, with the search path that the cluster gives it. */
  WireSession impatientAs(String role, boolean extended) throws IOException {
    WireSession session = session(role, extended, null);
    session.client().readLimit(limit);
    return session;
  }

  /**
   * Opens a session.
   *
   * @param schema its search path; null for the cluster's own
   * @throws LoginRefusedException if the cluster refuses it for good
   * @throws EndpointLostException if no server answers for some seconds
   */
  WireSession session(boolean extended, @Nullable String schema) throws IOException {
    return session(user, extended, schema);
  }

  private WireSession session(String role, boolean extended, @Nullable String schema)
      throws IOException {
    Map<String, String> startup = startup();
    startup.put("user", role);
    if (schema != null) {
      startup.put("search_path", schema);
    }
    int attempt = 1;
    while (true) {
      WireClient client = null;
      try {
        client = encrypted(PATIENT);
        String secret = secrets.of(role, endpoint.host());
        WireSession session = WireSession.login(client, startup, secret, extended);
        if (schema != null) {
          requireSchema(session, schema);
        }
        return session;
      } catch (LoginRefusedException e) {
        close(client);
        boolean busy =
            e.error().field('C').equals(RATE_EXCEEDED)
                || e.error().field('M').contains("waking up cluster");
        if (!busy || attempt >= WAKING_ATTEMPTS) {
          throw e;
        }
        Pause.REAL.pass(WAKING);
      } catch (ConformanceException e) {
        close(client);
        throw e;
      } catch (IOException e) {
        close(client);
        if (isOfCertificate(e)) {
          throw new ConformanceException(
              "the certificate of "
                  + endpoint
                  + " is not trusted, so nothing was sent to it; --ca names others to trust: "
                  + e.getMessage(),
              e);
        }
        if (stopped) {
          throw stopped(); // it says nothing of the cluster
        }
        if (attempt >= ATTEMPTS) {
          throw new EndpointLostException(endpoint, e);
        }
        Pause.REAL.pass(BEFORE_NEXT);
      }
      attempt++;
    }
  }

  private static boolean isOfCertificate(Throwable failure) {
    Throwable cause = failure;
    while (cause != null && !(cause instanceof CertificateException)) {
      cause = cause.getCause();
    }
    return cause != null;
  }

  /** Checks that names without a schema mean the run's own, because scripts drop what they make. */
  private static void requireSchema(WireSession session, String schema) throws IOException {
    Answer answer = session.ask("SELECT current_schema()");
    for (int attempt = 1; answer.isError() && attempt < ATTEMPTS; attempt++) {
      answer = session.ask("SELECT current_schema()"); // others may have changed the schema
    }
    String current = AnswerText.of(answer);
    if (!current.equals("[" + schema + "]")) {
      throw new ConformanceException(
          "cannot work where names without a schema mean another one: current_schema() is "
              + current
              + ", not "
              + schema);
    }
  }

  /** Opens a connection and starts TLS with an SSLRequest, verifying certificate and host name. */
  WireClient encrypted() throws IOException {
    return encrypted(limit);
  }

  private WireClient encrypted(Duration answerLimit) throws IOException {
    WireClient client = plain(answerLimit);
    try {
      client.send(WireClient.request(WireClient.SSL_REQUEST));
      if (client.readByte() != 'S') {
        throw new ConformanceException(endpoint + " speaks no TLS; nothing was sent to it");
      }
      startTls(client);
      return client;
    } catch (IOException e) {
      close(client);
      throw e;
    }
  }

  /** Starts TLS, verifying certificate and host name. */
  void startTls(WireClient client, String... alpn) throws IOException {
    String host = endpoint.host();
    client.startTls(tls, host, serverName(), List.of(), alpn);
  }

  /** Returns the name that TLS sends; null if the endpoint is an address. */
  @Nullable String serverName() {
    String host = endpoint.host();
    boolean address = host.contains(":") || host.chars().allMatch(c -> c == '.' || c < ':');
    return address ? null : host;
  }

  /** Opens a connection and sends nothing. */
  WireClient plain() throws IOException {
    return plain(limit);
  }

  private WireClient plain(Duration answerLimit) throws IOException {
    if (stopped) {
      throw stopped();
    }
    takeTurn();
    IOException failure = new IOException("no address");
    for (InetAddress address : endpoint.addresses()) {
      try {
        WireClient client = WireClient.connect(address, endpoint.port(), answerLimit);
        open.add(client);
        if (stopped) {
          close(client);
        }
        return client;
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  static ConformanceException stopped() {
    return new ConformanceException("the run was stopped");
  }

  private synchronized void takeTurn() throws ConformanceException {
    long wait = NANOS_BETWEEN - (System.nanoTime() - last);
    if (wait > 0) {
      Pause.REAL.pass(Duration.ofNanos(wait));
    }
    last = System.nanoTime();
    opened++;
  }

  /** Ends a session with a Terminate message. */
  void end(WireSession session) {
    try {
      session.end();
    } catch (IOException e) {
      // it is gone already
    }
    open.remove(session.client());
  }

  /** Cuts a connection. */
  void close(@Nullable WireClient client) {
    if (client == null) {
      return;
    }
    try {
      client.close();
    } catch (IOException e) {
      // it is gone already
    }
    open.remove(client);
  }

  /** Whether connections end because the run is stopped. */
  boolean isStopped() {
    return stopped;
  }

  /** Cuts all connections, and opens no more. */
  void stop() {
    stopped = true;
    List.copyOf(open).forEach(this::close);
  }
}
