package io.github.dsqljava.vertx;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Just enough of a PostgreSQL server to see what a client does before it is logged in, with a fault
 * at any step. Answers every simple query with an empty result. One blocking thread a connection.
 */
final class FakeServer implements AutoCloseable {

  /** What the server does wrong, or right. */
  enum Behaviour {
    HEALTHY,
    /** Accepts TCP and says nothing more. */
    SILENT,
    /** Says nothing after the TLS handshake. */
    SILENT_AFTER_TLS,
    /** Closes the connection at the first byte of TLS, as a server without direct TLS does. */
    CLOSES_IN_TLS,
    /** Closes the connection after the TLS handshake. */
    CLOSES_AFTER_TLS,
    /** Chooses no ALPN protocol. */
    NO_ALPN,
    /** Answers the SSLRequest with N. */
    NO_TLS,
    /** Answers the SSLRequest with S and sends a byte behind it. */
    EXTRA_BYTES,
    /** Answers the SSLRequest with an error message. */
    ERROR_BEFORE_TLS,
    /** Refuses the login as Aurora DSQL does. */
    ACCESS_DENIED,
    /** Closes the connection if more than the startup message comes unasked. */
    CLOSES_ON_EARLY_PASSWORD,
    /** Answers it with an error. */
    REFUSES_EARLY_PASSWORD,
    /** Answers a {@code SELECT 'last'}, says that it ends the session, and leaves it open. */
    ANNOUNCES_END,
    /** Says after a {@code SELECT 'open'} that the session is in a transaction. */
    OPENS_TRANSACTIONS
  }

  /**
   * What one client sent, and when its TLS session began, which for a resumed session is earlier
   * than its connection.
   */
  record Login(
      List<String> serverNames,
      String protocol,
      Map<String, String> parameters,
      String password,
      long sessionCreated) {}

  private static final int SSL_REQUEST = 80877103;
  private static final int CANCEL_REQUEST = 80877102;

  private final ServerSocket server;
  private final ServerKey key;
  private final Behaviour behaviour;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  final BlockingQueue<Login> logins = new LinkedBlockingQueue<>();
  final BlockingQueue<String> queries = new LinkedBlockingQueue<>();
  final BlockingQueue<Integer> cancelled = new LinkedBlockingQueue<>();

  /** One entry for each connection that has ended: whether the client said Terminate before. */
  final BlockingQueue<Boolean> goodbyes = new LinkedBlockingQueue<>();

  FakeServer(ServerKey key, Behaviour behaviour) throws IOException {
    this.key = key;
    this.behaviour = behaviour;
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::acceptAll);
  }

  int port() {
    return server.getLocalPort();
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "fake-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = server.accept();
        open.add(socket);
        start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private void serve(Socket socket) {
    boolean terminated = false;
    try (socket) {
      terminated = converse(socket);
    } catch (EOFException e) {
      // The client has closed the connection.
    } catch (IOException e) {
      // Neither does it matter if it did so rudely.
    } finally {
      open.remove(socket);
      goodbyes.add(terminated);
    }
  }

  private boolean converse(Socket plain) throws IOException {
    if (behaviour == Behaviour.SILENT) {
      return drain(new DataInputStream(plain.getInputStream()));
    }
    int first = plain.getInputStream().read();
    if (first < 0) {
      return false;
    }
    // A TLS record begins with 22, an SSLRequest with the zero of its length.
    if (first == 0) {
      DataInputStream in = new DataInputStream(plain.getInputStream());
      in.readNBytes(3);
      if (in.readInt() != SSL_REQUEST) {
        return false;
      }
      plain.getOutputStream().write(answerToSslRequest());
      if (!answersYes()) {
        return drain(in);
      }
    }
    if (behaviour == Behaviour.CLOSES_IN_TLS) {
      return false;
    }
    SSLSocket socket =
        first == 0
            ? (SSLSocket)
                key.context().getSocketFactory().createSocket(plain, null, plain.getPort(), true)
            : (SSLSocket)
                key.context()
                    .getSocketFactory()
                    .createSocket(plain, new ByteArrayInputStream(new byte[] {(byte) first}), true);
    socket.setUseClientMode(false);
    if (behaviour != Behaviour.NO_ALPN) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setApplicationProtocols(new String[] {"postgresql"});
      socket.setSSLParameters(parameters);
    }
    socket.startHandshake();
    return afterHandshake(socket);
  }

  private boolean answersYes() {
    return switch (behaviour) {
      case NO_TLS, EXTRA_BYTES, ERROR_BEFORE_TLS -> false;
      default -> true;
    };
  }

  private byte[] answerToSslRequest() {
    return switch (behaviour) {
      case NO_TLS -> new byte[] {'N'};
      case EXTRA_BYTES -> new byte[] {'S', 'R'};
      case ERROR_BEFORE_TLS -> new byte[] {'E'};
      default -> new byte[] {'S'};
    };
  }

  private boolean afterHandshake(SSLSocket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    return switch (behaviour) {
      case SILENT_AFTER_TLS -> drain(in);
      case CLOSES_AFTER_TLS -> in.readInt() < 0;
      default -> logIn(socket, in, out);
    };
  }

  private boolean logIn(SSLSocket socket, DataInputStream in, DataOutputStream out)
      throws IOException {
    byte[] startup = in.readNBytes(in.readInt() - 4);
    DataInputStream fields = new DataInputStream(new ByteArrayInputStream(startup));
    if (fields.readInt() == CANCEL_REQUEST) {
      cancelled.add(fields.readInt());
      return drain(in);
    }
    if (in.available() > 0) { // in the TLS record of the startup message
      if (behaviour == Behaviour.CLOSES_ON_EARLY_PASSWORD) {
        return false;
      }
      if (behaviour == Behaviour.REFUSES_EARLY_PASSWORD) {
        message(out, 'E', text("SFATAL\0VFATAL\0C08P01\0Mone message at a time\0\0"));
        return false;
      }
    }
    message(out, 'R', new byte[] {0, 0, 0, 3}); // AuthenticationCleartextPassword
    in.readByte();
    byte[] password = in.readNBytes(in.readInt() - 4);
    logins.add(
        new Login(
            ((ExtendedSSLSession) socket.getSession())
                .getRequestedServerNames().stream().map(FakeServer::name).toList(),
            socket.getApplicationProtocol(),
            parameters(new String(startup, 4, startup.length - 4, StandardCharsets.UTF_8)),
            new String(password, 0, password.length - 1, StandardCharsets.UTF_8),
            socket.getSession().getCreationTime()));
    if (behaviour == Behaviour.ACCESS_DENIED) {
      message(
          out,
          'E',
          text(
              "SFATAL\0VFATAL\0C08006\0Munable to accept connection, access denied\0"
                  + "HSignature expired: 1 is now earlier than 2\0\0"));
      return drain(in);
    }
    message(out, 'R', new byte[] {0, 0, 0, 0});
    message(out, 'S', text("client_encoding\0UTF8\0"));
    message(out, 'S', text("server_version\00016.15\0"));
    message(out, 'K', new byte[] {0, 0, 0, 7, 0, 0, 0, 9});
    message(out, 'Z', text("I"));
    while (true) {
      byte type = in.readByte();
      byte[] body = in.readNBytes(in.readInt() - 4);
      if (type == 'X') {
        return true;
      }
      String sql = new String(body, 0, Math.max(0, body.length - 1), StandardCharsets.UTF_8);
      queries.add(sql);
      message(out, 'C', text(sql.split(" ")[0] + "\0"));
      boolean opens = behaviour == Behaviour.OPENS_TRANSACTIONS && sql.equals("SELECT 'open'");
      message(out, 'Z', text(opens ? "T" : "I"));
      if (behaviour == Behaviour.ANNOUNCES_END && sql.equals("SELECT 'last'")) {
        message(out, 'E', text("SFATAL\0VFATAL\0CXX000\0Mserver unavailable\0\0"));
        return drain(in);
      }
    }
  }

  private static String name(SNIServerName name) {
    return new String(name.getEncoded(), StandardCharsets.US_ASCII);
  }

  private static Map<String, String> parameters(String pairs) {
    String[] parts = pairs.split("\0", -1);
    Map<String, String> parameters = new HashMap<>();
    for (int i = 0; i + 1 < parts.length && !parts[i].isEmpty(); i += 2) {
      parameters.put(parts[i], parts[i + 1]);
    }
    return parameters;
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void message(DataOutputStream out, char type, byte[] body) throws IOException {
    out.writeByte(type);
    out.writeInt(body.length + 4);
    out.write(body);
    out.flush();
  }

  /** Reads until the client closes, which it does without Terminate. */
  private static boolean drain(DataInputStream in) throws IOException {
    in.transferTo(OutputStream.nullOutputStream());
    return false;
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
