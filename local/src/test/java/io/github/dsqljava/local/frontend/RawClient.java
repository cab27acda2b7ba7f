package io.github.dsqljava.local.frontend;

import io.github.dsqljava.local.conformance.wire.WireClient;
import io.github.dsqljava.local.conformance.wire.WireMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A PostgreSQL client that sends what no decent client would, to this machine. */
public final class RawClient implements AutoCloseable {
  private static final Duration READ_LIMIT = Duration.ofSeconds(20);

  private final WireClient client;
  private List<String> protocols = List.of();

  private RawClient(int port) throws IOException {
    this.client = WireClient.connect(InetAddress.getByName("127.0.0.1"), port, READ_LIMIT);
  }

  public static RawClient connect(int port) throws IOException {
    return new RawClient(port);
  }

  /** TLS at once. */
  public static RawClient direct(int port, X509Certificate ca, String sni, String... alpn)
      throws IOException {
    RawClient client = new RawClient(port);
    client.startTls(ca, sni, alpn);
    return client;
  }

  /** Versions of TLS to offer from now on. */
  public void speakOnly(String... versions) {
    protocols = List.of(versions);
  }

  /** Null for no server name. */
  public void startTls(X509Certificate ca, String sni, String... alpn) throws IOException {
    client.startTls(context(ca), null, sni, protocols, alpn);
  }

  private static SSLContext context(X509Certificate ca) throws IOException {
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("ca", ca);
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  public void send(byte... bytes) throws IOException {
    client.send(bytes);
  }

  public void send(char type, byte[] body) throws IOException {
    client.send(type, body);
  }

  public void sendText(char type, String text) throws IOException {
    client.sendText(type, text);
  }

  public void sendStartup(Map<String, String> parameters) throws IOException {
    client.sendStartup(parameters);
  }

  public static byte[] startup(int version, Map<String, String> parameters) {
    return WireClient.startup(version, parameters);
  }

  public static byte[] request(int code) {
    return WireClient.request(code);
  }

  /** Logs in and reads up to ReadyForQuery. */
  public List<WireMessage> login(String user, String token) throws IOException {
    sendStartup(Map.of("user", user, "database", "postgres"));
    expect('R');
    sendText('p', token);
    return readUntilReady();
  }

  public List<WireMessage> query(String sql) throws IOException {
    sendText('Q', sql);
    return readUntilReady();
  }

  public List<WireMessage> readUntilReady() throws IOException {
    return client.readUntilReady();
  }

  public WireMessage expect(char type) throws IOException {
    WireMessage message = read();
    if (message.type() != type) {
      throw new AssertionError("expected message " + type + ", got " + message);
    }
    return message;
  }

  public WireMessage read() throws IOException {
    return client.read();
  }

  public int readByte() throws IOException {
    return client.readByte();
  }

  /** Whether the server ends the connection, politely or not, without another byte. */
  public boolean isClosedByServer() throws IOException {
    return client.isClosedByServer();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
