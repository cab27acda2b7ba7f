package io.github.dsqljava.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import javax.net.SocketFactory;

/**
 * Creates sockets that connect to this machine and ignore the host they are given, so that a driver
 * can use a local cluster under its name on the service, {@link DsqlLocal#clusterHost()}.
 *
 * <p>JDBC drivers need that: the JDK sends no TLS server name for a host without a dot, such as
 * {@code localhost}, and Aurora DSQL refuses connections without one. pgjdbc takes the class by
 * name:
 *
 * <pre>{@code
 * jdbc:postgresql://<clusterHost>:<port>/postgres?user=admin&sslmode=verify-full
 *     &sslrootcert=<caFile>&socketFactory=io.github.dsqljava.local.LoopbackSocketFactory
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class LoopbackSocketFactory extends SocketFactory {
  /** For drivers, which create it by its name. */
  public LoopbackSocketFactory() {}

  @Override
  public Socket createSocket() {
    return new LoopbackSocket();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connected(port);
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connected(port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connected(port);
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort)
      throws IOException {
    return connected(port);
  }

  private static Socket connected(int port) throws IOException {
    Socket socket = new LoopbackSocket();
    try {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static final class LoopbackSocket extends Socket {
    @Override
    public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
      int port = ((InetSocketAddress) endpoint).getPort();
      super.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), timeoutMillis);
    }
  }
}
