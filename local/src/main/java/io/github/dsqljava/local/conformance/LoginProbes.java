package io.github.dsqljava.local.conformance;

import io.github.dsqljava.local.conformance.wire.WireClient;
import io.github.dsqljava.local.conformance.wire.WireMessage;
import io.github.dsqljava.local.iam.DbAction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;

/** Probes of the login: TLS, the startup message, the token, the greeting. */
final class LoginProbes {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration LONGEST_LOGIN = Duration.ofMinutes(5);

  private LoginProbes() {}

  static Map<String, Probe> all() {
    Map<String, Probe> all = new HashMap<>();
    all.put("plaintext-startup", new Probe(false, LoginProbes::plaintext));
    all.put("gss-encryption", new Probe(false, LoginProbes::gssEncryption));
    all.put("direct-tls", new Probe(false, scene -> direct(scene, WireClient.ALPN)));
    all.put("direct-tls-without-alpn", new Probe(false, LoginProbes::direct));
    all.put("no-server-name", new Probe(false, scene -> named(scene, false)));
    all.put("unknown-server-name", new Probe(false, scene -> named(scene, true)));
    all.put("startup-setting", new Probe(false, LoginProbes::setting));
    all.put("early-password", new Probe(false, LoginProbes::earlyPassword));
    all.put("greeting", new Probe(false, LoginProbes::greeting));
    all.put("token-host-upper-case", new Probe(true, LoginProbes::upperCase));
    all.put("token-expired", new Probe(true, LoginProbes::expired));
    all.put("token-from-the-future", new Probe(true, LoginProbes::future));
    all.put("token-four-minutes-ahead", new Probe(true, LoginProbes::ahead));
    all.put("token-expired-for-another-action", new Probe(true, LoginProbes::expiredForAnother));
    all.put("login-timeout", new Probe(false, LoginProbes::timeout));
    all.put("token-for-another-action", new Probe(true, LoginProbes::otherAction));
    all.put("token-for-another-host", new Probe(true, LoginProbes::otherHost));
    all.put("token-garbled", new Probe(true, LoginProbes::garbled));
    all.put("token-of-unmapped-role", new Probe(true, LoginProbes::unmapped));
    return all;
  }

  private static String plaintext(ProbeScene scene) throws IOException {
    return scene.plain(
        client -> {
          client.sendStartup(scene.connections().startup());
          WireMessage answer = client.read();
          // The probe never sends a secret on this connection.
          return answer.type() == 'E' ? ProbeScene.error(answer) : "asks for authentication";
        });
  }

  private static String gssEncryption(ProbeScene scene) throws IOException {
    return scene.plain(
        client -> {
          client.send(WireClient.request(WireClient.GSS_ENCRYPTION_REQUEST));
          int answer = client.readByte();
          return answer < 0 ? "closed without a word" : String.valueOf((char) answer);
        });
  }

  private static String direct(ProbeScene scene, String... alpn) throws IOException {
    return scene.plain(
        client -> {
          scene.connections().startTls(client, alpn);
          String verdict = scene.login(client, UnaryOperator.identity(), scene.secret());
          return verdict + ", ALPN \"" + client.applicationProtocol() + "\"";
        });
  }

  /** Accepts any certificate, because another name may get another one; so it sends no secret. */
  private static String named(ProbeScene scene, boolean unknown) throws IOException {
    return scene.plain(
        client -> {
          client.send(WireClient.request(WireClient.SSL_REQUEST));
          client.readByte();
          String name = unknown ? "unknown.dsql.us-east-1.on.aws" : null;
          client.startTls(scene.connections().anewTls(), null, name, List.of());
          client.sendStartup(scene.connections().startup());
          WireMessage answer = client.read();
          return answer.type() == 'E' ? withoutHint(answer) : "asks for authentication";
        });
  }

  private static String withoutHint(WireMessage error) {
    return error.field('C') + " " + error.field('S') + ": " + error.field('M');
  }

  private static String setting(ProbeScene scene) throws IOException {
    return scene.encrypted(
        client ->
            scene.login(
                client,
                startup -> {
                  startup.put("statement_timeout", "1000");
                  return startup;
                },
                scene.secret()));
  }

  private static String earlyPassword(ProbeScene scene) throws IOException {
    return scene.encrypted(
        client -> {
          ByteArrayOutputStream both = new ByteArrayOutputStream();
          both.writeBytes(WireClient.startup(WireClient.PROTOCOL, scene.connections().startup()));
          byte[] secret = (scene.secret() + "\0").getBytes(StandardCharsets.UTF_8);
          both.writeBytes(WireClient.message('p', secret));
          client.send(both.toByteArray());
          return scene.verdict(client);
        });
  }

  /** Lists the messages in order, without the values that depend on the client. */
  private static String greeting(ProbeScene scene) throws IOException {
    return scene.encrypted(
        client -> {
          client.sendStartup(scene.connections().startup());
          WireMessage message = client.read();
          if (message.type() == 'R' && message.body()[3] == 3) {
            client.sendText('p', scene.secret());
          }
          StringJoiner parts = new StringJoiner(", ");
          while (message.type() != 'Z' && message.type() != 'E') {
            message = client.read();
            switch (message.type()) {
              case 'S' -> parts.add(parameter(message));
              case 'K' -> parts.add("BackendKeyData of " + message.body().length + " bytes");
              case 'E' -> parts.add(ProbeScene.error(message));
              default -> {
                // says nothing that is asked for
              }
            }
          }
          return parts.toString();
        });
  }

  private static String parameter(WireMessage status) {
    String name = status.text();
    byte[] body = status.body();
    int start = name.getBytes(StandardCharsets.UTF_8).length + 1;
    String value = new String(body, start, body.length - start - 1, StandardCharsets.UTF_8);
    boolean client = name.equals("application_name") || name.equals("session_authorization");
    return client ? name : name + "=" + value;
  }

  private static String token(
      ProbeScene scene, String user, String host, DbAction action, Instant now) throws IOException {
    return token(scene, user, scene.connections().secrets().token(host, action, MINUTE, now));
  }

  private static String token(ProbeScene scene, String user, String token) throws IOException {
    return scene.encrypted(
        client ->
            scene.login(
                client,
                startup -> {
                  startup.put("user", user);
                  return startup;
                },
                token));
  }

  private static String upperCase(ProbeScene scene) throws IOException {
    String host = scene.connections().endpoint().host().toUpperCase(Locale.ROOT);
    return token(scene, user(scene), host, action(scene), Instant.now());
  }

  private static String expired(ProbeScene scene) throws IOException {
    Instant past = Instant.now().minus(Duration.ofMinutes(5));
    return token(scene, user(scene), host(scene), action(scene), past);
  }

  private static String future(ProbeScene scene) throws IOException {
    Instant future = Instant.now().plus(Duration.ofMinutes(10));
    return token(scene, user(scene), host(scene), action(scene), future);
  }

  private static String ahead(ProbeScene scene) throws IOException {
    Instant ahead = Instant.now().plus(Duration.ofMinutes(4));
    return token(scene, user(scene), host(scene), action(scene), ahead);
  }

  private static String otherAction(ProbeScene scene) throws IOException {
    return token(scene, user(scene), host(scene), other(scene), Instant.now());
  }

  private static String expiredForAnother(ProbeScene scene) throws IOException {
    Instant past = Instant.now().minus(Duration.ofMinutes(5));
    return token(scene, user(scene), host(scene), other(scene), past);
  }

  private static DbAction other(ProbeScene scene) {
    return action(scene) == DbAction.DB_CONNECT ? DbAction.DB_CONNECT_ADMIN : DbAction.DB_CONNECT;
  }

  /** Rounds to ten seconds, because the network adds its own time. */
  private static String timeout(ProbeScene scene) throws IOException {
    return scene.encrypted(
        client -> {
          client.readLimit(LONGEST_LOGIN);
          long start = System.nanoTime();
          String last = client.isClosedByServer() ? "closed" : "a message";
          long seconds = Duration.ofNanos(System.nanoTime() - start).toSeconds();
          return last + " after " + (seconds + 5) / 10 * 10 + " s";
        });
  }

  private static String otherHost(ProbeScene scene) throws IOException {
    return token(scene, user(scene), "example.com", action(scene), Instant.now());
  }

  private static String garbled(ProbeScene scene) throws IOException {
    return token(scene, user(scene), "no token");
  }

  /** Logs in as a role that does not exist: the random name of the run's schema. */
  private static String unmapped(ProbeScene scene) throws IOException {
    return token(scene, scene.schema(), host(scene), DbAction.DB_CONNECT, Instant.now());
  }

  private static String user(ProbeScene scene) {
    return scene.connections().user();
  }

  private static String host(ProbeScene scene) {
    return scene.connections().endpoint().host();
  }

  private static DbAction action(ProbeScene scene) {
    return DbAction.requiredFor(user(scene));
  }
}
