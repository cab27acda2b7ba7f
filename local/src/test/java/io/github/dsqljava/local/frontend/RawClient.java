package io.github.dsqljava.local.frontend;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A PostgreSQL client that sends what no decent client would. */
public final class RawClient implements AutoCloseable {
  private static final int READ_LIMIT_MILLIS = 20_000;

  private Socket socket;
  private final int port;
  private DataInputStream in;
  private OutputStream out;
  private String[] protocols = {};

  private RawClient(int port) throws IOException {
    this.port = port;
    use(new Socket(InetAddress.getByName("127.0.0.1"), port));
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

  private void use(Socket used) throws IOException {
    socket = used;
    socket.setSoTimeout(READ_LIMIT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(socket.getInputStream());
    out = socket.getOutputStream();
  }

  /** Versions of TLS to offer from now on. */
  public void speakOnly(String... versions) {
    protocols = versions;
  }

  /** Null for no server name. */
  public void startTls(X509Certificate ca, String sni, String... alpn) throws IOException {
    SSLSocket tls =
        (SSLSocket) context(ca).getSocketFactory().createSocket(socket, null, port, true);
    SSLParameters parameters = tls.getSSLParameters();
    if (sni != null) {
      parameters.setServerNames(List.of(new SNIHostName(sni)));
    }
    parameters.setApplicationProtocols(alpn);
    if (protocols.length > 0) {
      parameters.setProtocols(protocols);
    }
    tls.setSSLParameters(parameters);
    tls.setSoTimeout(READ_LIMIT_MILLIS);
    tls.startHandshake();
    use(tls);
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
    out.write(bytes);
    out.flush();
  }

  public void send(char type, byte[] body) throws IOException {
    ByteBuffer message = ByteBuffer.allocate(5 + body.length).put((byte) type);
    send(message.putInt(4 + body.length).put(body).array());
  }

  public void sendText(char type, String text) throws IOException {
    send(type, (text + "\0").getBytes(StandardCharsets.UTF_8));
  }

  public void sendStartup(Map<String, String> parameters) throws IOException {
    send(startup(3 << 16, parameters));
  }

  public static byte[] startup(int version, Map<String, String> parameters) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    parameters.forEach(
        (name, value) -> {
          body.writeBytes((name + "\0" + value + "\0").getBytes(StandardCharsets.UTF_8));
        });
    body.write(0);
    ByteBuffer packet = ByteBuffer.allocate(8 + body.size());
    return packet.putInt(8 + body.size()).putInt(version).put(body.toByteArray()).array();
  }

  public static byte[] request(int code) {
    return ByteBuffer.allocate(8).putInt(8).putInt(code).array();
  }

  /** Logs in and reads up to ReadyForQuery. */
  public List<Message> login(String user, String token) throws IOException {
    sendStartup(Map.of("user", user, "database", "postgres"));
    expect('R');
    sendText('p', token);
    return readUntilReady();
  }

  public List<Message> query(String sql) throws IOException {
    sendText('Q', sql);
    return readUntilReady();
  }

  public List<Message> readUntilReady() throws IOException {
    List<Message> messages = new ArrayList<>();
    do {
      messages.add(read());
    } while (messages.get(messages.size() - 1).type() != 'Z');
    return messages;
  }

  public Message expect(char type) throws IOException {
    Message message = read();
    if (message.type() != type) {
      throw new AssertionError("expected message " + type + ", got " + message);
    }
    return message;
  }

  public Message read() throws IOException {
    char type = (char) in.readUnsignedByte();
    byte[] body = new byte[in.readInt() - 4];
    in.readFully(body);
    return new Message(type, body);
  }

  public int readByte() throws IOException {
    return in.read();
  }

  /** Whether the server ends the connection, politely or not, without another byte. */
  public boolean isClosedByServer() throws IOException {
    try {
      return in.read() < 0;
    } catch (EOFException | SocketException | SSLException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** A message from the server. */
  public record Message(char type, byte[] body) {
    /** A field of an ErrorResponse; empty if it is not there. */
    public String field(char name) {
      int position = 0;
      while (position < body.length && body[position] != 0) {
        int end = position + 1;
        while (body[end] != 0) {
          end++;
        }
        if (body[position] == name) {
          return new String(body, position + 1, end - position - 1, StandardCharsets.UTF_8);
        }
        position = end + 1;
      }
      return "";
    }

    @Override
    public String toString() {
      return type + " " + new String(body, StandardCharsets.UTF_8).replace('\0', '|');
    }
  }
}
