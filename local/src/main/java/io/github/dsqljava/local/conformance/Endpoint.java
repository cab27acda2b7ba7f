package io.github.dsqljava.local.conformance;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a cluster.
 *
 * @param host as it was given; the certificate has to be for it, and tokens are signed for it
 * @param addresses the addresses that the host name resolves to
 */
record Endpoint(String host, int port, List<InetAddress> addresses) {
  private static final int DEFAULT_PORT = 5432;
  private static final int MAX_PORT = 65535;
  private static final Pattern OF_THE_SERVICE =
      Pattern.compile("[a-z0-9]{26}\\.dsql(?:-[a-z0-9]+)?\\.([a-z0-9-]+)\\.on\\.aws(?:\\.cn)?");

  /** Reads {@code host} or {@code host:port}, and looks the name up. */
  static Endpoint parse(String text) throws ConformanceException {
    int colon = text.endsWith("]") ? -1 : text.lastIndexOf(':'); // [::1] has no port
    String host = colon < 0 ? text : text.substring(0, colon);
    int port = DEFAULT_PORT;
    try {
      port = colon < 0 ? port : Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      port = -1;
    }
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    if (host.isBlank() || (host.contains(":") && !bracketed) || port < 1 || port > MAX_PORT) {
      throw new ConformanceException("--endpoint is \"" + text + "\", not a host or host:port");
    }
    try {
      return new Endpoint(host, port, List.of(InetAddress.getAllByName(host)));
    } catch (UnknownHostException e) {
      throw new ConformanceException(
          "--endpoint: the name " + host + " is unknown; is it that of the cluster?", e);
    }
  }

  /** Whether every address is this machine. */
  boolean isLoopback() {
    return addresses.stream().allMatch(InetAddress::isLoopbackAddress);
  }

  /** Returns the Region in the host name, if that has the service's form. */
  Optional<String> region() {
    Matcher name = OF_THE_SERVICE.matcher(host);
    return name.matches() ? Optional.of(name.group(1)) : Optional.empty();
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
