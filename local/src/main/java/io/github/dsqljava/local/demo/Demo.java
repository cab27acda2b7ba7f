package io.github.dsqljava.local.demo;

import io.github.dsqljava.local.conformance.wire.Answer;
import io.github.dsqljava.local.conformance.wire.LoginRefusedException;
import io.github.dsqljava.local.conformance.wire.WireClient;
import io.github.dsqljava.local.conformance.wire.WireSession;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Two sessions take money from one account. Neither waits for the other, the first to commit wins,
 * and the second begins anew. The answers are the cluster's own.
 */
public final class Demo {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final List<String> SCENE =
      List.of(
          "CREATE TABLE account (id int PRIMARY KEY, balance int)",
          "INSERT INTO account VALUES (1, 100)");

  private static final String READ = "SELECT balance FROM account";

  private static final List<Beat> BEATS =
      List.of(
          new Beat(0, "BEGIN", "Two sessions, one account with 100 in it."),
          new Beat(0, READ, ""),
          new Beat(1, "BEGIN", ""),
          new Beat(1, READ, ""),
          new Beat(0, "UPDATE account SET balance = 100 - 30", ""),
          new Beat(
              1,
              "UPDATE account SET balance = 100 - 80",
              "PostgreSQL would let this one wait. Aurora DSQL lets nobody wait."),
          new Beat(1, READ, "Each session works on its own snapshot."),
          new Beat(0, "COMMIT", "The first to commit wins."),
          new Beat(
              1, "COMMIT", "The second one hears of it at its COMMIT, and has changed nothing."),
          new Beat(1, "BEGIN", "It runs again, as inTransaction would do for it."),
          new Beat(1, READ, ""),
          new Beat(1, "UPDATE account SET balance = 70 - 60", ""),
          new Beat(1, "COMMIT", ""));

  /**
   * The data for a login to the cluster.
   *
   * @param host its name, which TLS sends and checks
   * @param port on the loopback address
   * @param authority certificate of the authority that signed the cluster's
   * @param token makes one for {@code admin}
   */
  public record Access(String host, int port, X509Certificate authority, Supplier<String> token) {
    private SSLContext tls() throws IOException {
      try {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", authority);
        TrustManagerFactory trust =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
      } catch (GeneralSecurityException e) {
        throw new IOException("the cluster's certificate cannot be used: " + e.getMessage(), e);
      }
    }
  }

  private Demo() {}

  /**
   * Plays all steps.
   *
   * @param shown takes the lines of a step, before the next one begins
   * @throws IOException if the cluster does not answer
   */
  static void play(Access access, Consumer<List<Line>> shown) throws IOException {
    try (WireSession left = login(access)) {
      for (String sql : SCENE) {
        require(left.ask(sql), sql);
      }
      try (WireSession right = login(access)) {
        List<WireSession> sessions = List.of(left, right);
        for (Beat beat : BEATS) {
          shown.accept(lines(beat, sessions.get(beat.session()).ask(beat.sql())));
        }
      }
    }
  }

  private static WireSession login(Access access) throws IOException {
    WireClient client = WireClient.connect(InetAddress.getLoopbackAddress(), access.port, LIMIT);
    try {
      client.send(WireClient.request(WireClient.SSL_REQUEST));
      if (client.readByte() != 'S') {
        throw new IOException("the cluster speaks no TLS");
      }
      client.startTls(access.tls(), access.host, access.host, List.of());
      Map<String, String> startup =
          Map.of("user", "admin", "database", "postgres", "application_name", "dsql-local demo");
      return WireSession.login(client, startup, access.token.get(), /* extended= */ false);
    } catch (LoginRefusedException e) {
      client.close();
      throw new IOException("the cluster refuses the login: " + e.error(), e);
    } catch (IOException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private static void require(Answer answer, String sql) throws IOException {
    if (answer.isError()) {
      throw new IOException(sql + ": " + answer.field('M'));
    }
  }

  private static List<Line> lines(Beat beat, Answer answer) {
    List<Line> lines = new ArrayList<>();
    if (!beat.comment().isEmpty()) {
      lines.add(new Line(0, Line.Kind.COMMENT, beat.comment()));
    }
    lines.add(new Line(beat.session(), Line.Kind.STATEMENT, beat.sql()));
    if (answer.isError()) {
      lines.add(
          new Line(beat.session(), Line.Kind.ERROR, answer.field('C') + " " + answer.field('M')));
    } else {
      lines.add(new Line(beat.session(), Line.Kind.ANSWER, text(answer)));
    }
    return lines;
  }

  private static String text(Answer answer) {
    return answer.columns() == null
        ? answer.tag()
        : answer.rows().stream().map(Demo::row).collect(Collectors.joining("; "));
  }

  private static String row(List<@Nullable String> values) {
    return values.stream()
        .map(value -> Objects.requireNonNullElse(value, "null"))
        .collect(Collectors.joining(", "));
  }
}
