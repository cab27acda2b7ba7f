package io.github.dsqljava.local.conformance.wire;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a PostgreSQL server, message by message. It sends any message, even one that a
 * well-behaved client would not. For one thread, except for {@link #close}.
 */
public final class WireClient implements AutoCloseable {
  /** Protocol 3.0. */
  public static final int PROTOCOL = 3 << 16;

  /** Asks whether TLS is spoken. */
  public static final int SSL_REQUEST = 80877103;

  /** Asks whether GSSAPI encryption is spoken. */
  public static final int GSS_ENCRYPTION_REQUEST = 80877104;

  /** The protocol's name in TLS. */
  public static final String ALPN = "postgresql";

  /** Longer than any message of a server to a script. */
  private static final int MAX_LENGTH = 64 << 20;

  private final int port;
  private volatile Socket socket;
  private DataInputStream in;
  private OutputStream out;

  private WireClient(Socket socket, int port) throws IOException {
    this.port = port;
    this.socket = socket;
    this.in = new DataInputStream(socket.getInputStream());
    this.out = socket.getOutputStream();
  }

  /**
   * Connects, and sends nothing yet.
   *
   * @param limit the time limit for the connection and for each answer
   */
  public static WireClient connect(InetAddress address, int port, Duration limit)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) limit.toMillis());
      socket.connect(new InetSocketAddress(address, port), (int) limit.toMillis());
      return new WireClient(socket, port);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Begins TLS.
   *
   * @param host the name that the server's certificate has to be for; null if any is taken
   * @param sni the server name to send; null for none
   * @param protocols versions of TLS to offer; none for the JDK's own choice
   */
  public void startTls(
      SSLContext context,
      @Nullable String host,
      @Nullable String sni,
      List<String> protocols,
      String... alpn)
      throws IOException {
    SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, host, port, true);
    SSLParameters parameters = tls.getSSLParameters();
    parameters.setServerNames(sni == null ? List.of() : List.of(new SNIHostName(sni)));
    parameters.setApplicationProtocols(alpn);
    if (host != null) {
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    if (!protocols.isEmpty()) {
      parameters.setProtocols(protocols.toArray(String[]::new));
    }
    tls.setSSLParameters(parameters);
    tls.setSoTimeout(socket.getSoTimeout());
    tls.startHandshake();
    socket = tls;
    in = new DataInputStream(tls.getInputStream());
    out = tls.getOutputStream();
  }

  /** Returns the protocol that TLS has agreed on; empty for none. */
  public String applicationProtocol() {
    return socket instanceof SSLSocket tls ? tls.getApplicationProtocol() : "";
  }

  /** Returns how long to wait for each answer. */
  Duration readLimit() throws IOException {
    return Duration.ofMillis(socket.getSoTimeout());
  }

  /** Sets how long to wait for each answer. */
  public void readLimit(Duration limit) throws IOException {
    socket.setSoTimeout((int) limit.toMillis());
  }

  /** Sends bytes as they are. */
  public void send(byte... bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** Sends a message. */
  public void send(char type, byte[] body) throws IOException {
    send(message(type, body));
  }

  /** Returns a message. */
  public static byte[] message(char type, byte[] body) {
    ByteBuffer message = ByteBuffer.allocate(5 + body.length).put((byte) type);
    return message.putInt(4 + body.length).put(body).array();
  }

  /** Sends a message whose body is one string. */
  public void sendText(char type, String text) throws IOException {
    send(type, (text + "\0").getBytes(StandardCharsets.UTF_8));
  }

  /** Sends a startup message. */
  public void sendStartup(Map<String, String> parameters) throws IOException {
    send(startup(PROTOCOL, parameters));
  }

  /** Returns a startup message. */
  public static byte[] startup(int version, Map<String, String> parameters) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    parameters.forEach(
        (name, value) ->
            body.writeBytes((name + "\0" + value + "\0").getBytes(StandardCharsets.UTF_8)));
    body.write(0);
    ByteBuffer packet = ByteBuffer.allocate(8 + body.size());
    return packet.putInt(8 + body.size()).putInt(version).put(body.toByteArray()).array();
  }

  /** Returns a request that has only a code. */
  public static byte[] request(int code) {
    return ByteBuffer.allocate(8).putInt(8).putInt(code).array();
  }

  /** Reads up to the next ReadyForQuery. */
  public List<WireMessage> readUntilReady() throws IOException {
    List<WireMessage> messages = new ArrayList<>();
    do {
      messages.add(read());
    } while (messages.get(messages.size() - 1).type() != 'Z');
    return messages;
  }

  /** Reads up to the next ReadyForQuery or ErrorResponse. */
  List<WireMessage> readUntilReadyOrError() throws IOException {
    List<WireMessage> messages = new ArrayList<>();
    char last;
    do {
      messages.add(read());
      last = messages.get(messages.size() - 1).type();
    } while (last != 'Z' && last != 'E');
    return messages;
  }

  /**
   * Reads a message.
   *
   * @throws EOFException if the server has closed the connection
   */
  public WireMessage read() throws IOException {
    char type = (char) in.readUnsignedByte();
    int length = in.readInt();
    if (length < 4 || length > MAX_LENGTH) {
      throw new IOException("no PostgreSQL message: type " + (int) type + ", length " + length);
    }
    byte[] body = new byte[length - 4];
    in.readFully(body);
    return new WireMessage(type, body);
  }

  /** Reads a byte; -1 at the end. */
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
}
