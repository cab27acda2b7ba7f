package io.github.dsqljava;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a cluster and the region that tokens are signed for.
 *
 * <pre>{@code
 * ClusterEndpoint.of("abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws"); // region from the name
 * ClusterEndpoint.of("abcdefghijklmnopqrstuvwxyz", "us-east-1");          // bare cluster id
 * ClusterEndpoint.of("localhost", "us-east-1").withPort(54320);           // any other host
 * }</pre>
 *
 * <p>Accepted are a cluster's public name {@code <id>.dsql.<region>.on.aws}, its PrivateLink name
 * {@code <id>.dsql-<suffix>.<region>.on.aws}, a bare cluster id of 26 characters {@code [a-z0-9]},
 * and any other host name if a region is given with it. The region is never guessed from a name of
 * another form. Immutable.
 *
 * @param host the host name in lower case; never an IP address, because the service finds the
 *     cluster by the name in the TLS handshake
 * @param port the TCP port, 1 to 65535
 * @param region the AWS region that tokens are signed for, for example {@code us-east-1}
 * @param clusterId the 26-character cluster id, if the host shows it
 */
public record ClusterEndpoint(String host, int port, String region, Optional<String> clusterId) {

  /** The port of Aurora DSQL, which is PostgreSQL's. */
  public static final int DEFAULT_PORT = 5432;

  private static final String SOURCE = "ClusterEndpoint";

  private static final Pattern CLUSTER_ID = Pattern.compile("[a-z0-9]{26}");
  private static final Pattern CLUSTER_HOST =
      Pattern.compile("([a-z0-9]{26})\\.dsql(?:-[a-z0-9]+)?\\.([a-z0-9-]+)\\.on\\.aws");

  /**
   * Checks the parts.
   *
   * @throws InvalidConfigurationException if one of them is malformed
   */
  public ClusterEndpoint {
    host = Setting.ENDPOINT.accept(host, SOURCE);
    port = Setting.PORT.accept(port, SOURCE);
    region = Setting.REGION.accept(region, SOURCE);
    if (clusterId.isPresent() && !CLUSTER_ID.matcher(clusterId.get()).matches()) {
      throw new InvalidConfigurationException(
          "Cluster id \"" + clusterId.get() + "\" is not 26 characters of a-z and 0-9");
    }
  }

  /**
   * The endpoint of a host that shows its region, with port 5432. Does no I/O.
   *
   * @param host a cluster's public or PrivateLink name
   * @throws InvalidConfigurationException if the name is malformed or shows no region
   */
  public static ClusterEndpoint of(String host) {
    return resolve(host, DEFAULT_PORT, Optional.empty(), Optional::empty);
  }

  /**
   * The endpoint of a host or cluster id in a region, with port 5432. Does no I/O.
   *
   * @param hostOrClusterId a host name, or a bare cluster id of 26 characters
   * @param region the region; it wins over the one the host name shows
   * @throws InvalidConfigurationException if one of them is malformed
   */
  public static ClusterEndpoint of(String hostOrClusterId, String region) {
    return resolve(hostOrClusterId, DEFAULT_PORT, Optional.of(region), Optional::empty);
  }

  /**
   * Completes a host or cluster id. The region is the explicit one, else the host's, else the
   * fallback's, which is asked only then.
   */
  static ClusterEndpoint resolve(
      String hostOrClusterId,
      int port,
      Optional<String> explicitRegion,
      Supplier<Optional<String>> fallbackRegion) {
    String name = Setting.ENDPOINT.accept(hostOrClusterId, SOURCE);
    Matcher clusterHost = CLUSTER_HOST.matcher(name);
    boolean showsRegion = clusterHost.matches();
    String region =
        explicitRegion
            .or(() -> showsRegion ? Optional.of(clusterHost.group(2)) : fallbackRegion.get())
            .orElseThrow(() -> noRegion(name));
    if (CLUSTER_ID.matcher(name).matches()) {
      return new ClusterEndpoint(
          name + ".dsql." + region + ".on.aws", port, region, Optional.of(name));
    }
    return new ClusterEndpoint(
        name, port, region, showsRegion ? Optional.of(clusterHost.group(1)) : Optional.empty());
  }

  private static InvalidConfigurationException noRegion(String name) {
    return new InvalidConfigurationException(
        (CLUSTER_ID.matcher(name).matches() ? "Cluster id " : "Host ")
            + name
            + " does not say which AWS region it is in. There are three ways to name it:"
            + " set the region explicitly (builder region(\"us-east-1\") or URL ?region=us-east-1);"
            + " give the full host name <26-character cluster id>.dsql.<region>.on.aws;"
            + " or let the AWS default region chain find it (AWS_REGION, AWS_DEFAULT_REGION, system property aws.region,"
            + " or region in ~/.aws/config)");
  }

  /**
   * The same endpoint on another port.
   *
   * @throws InvalidConfigurationException if the port is not within 1 to 65535
   */
  public ClusterEndpoint withPort(int otherPort) {
    return new ClusterEndpoint(host, otherPort, region, clusterId);
  }

  /** {@code host:port}, as it stands in messages. */
  public String address() {
    return host + ":" + port;
  }
}
