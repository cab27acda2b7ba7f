package io.github.dsqljava.benchmarks.cluster;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import java.nio.file.Path;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * The names of a local cluster, and its access key. The port is not part of it: each round trip has
 * a port of its own.
 *
 * @param host the name that resolves without help
 * @param clusterHost the cluster's name as on the service, which does not resolve
 * @param caFile the certificate authority to trust
 */
public record Target(
    String host,
    String clusterHost,
    String region,
    Path caFile,
    String accessKeyId,
    String secretAccessKey) {

  private static final String SEPARATOR = "\t";

  /** The user of all connections. */
  public static final String USER = "admin";

  /** The only database of a cluster. */
  public static final String DATABASE = "postgres";

  /** Returns the target for a cluster. */
  public static Target of(DsqlLocal cluster) {
    return new Target(
        cluster.host(),
        cluster.clusterHost(),
        cluster.region(),
        cluster.caFile(),
        cluster.principal().accessKeyId(),
        cluster.principal().secretAccessKey());
  }

  /** Reads a line of {@link #toLine()}. */
  public static Target ofLine(String line) {
    String[] parts = line.split(SEPARATOR, -1);
    return new Target(parts[0], parts[1], parts[2], Path.of(parts[3]), parts[4], parts[5]);
  }

  /** Returns one line, for another process. It contains the secret, so it must not be logged. */
  public String toLine() {
    return String.join(
        SEPARATOR, host, clusterHost, region, caFile.toString(), accessKeyId, secretAccessKey);
  }

  /** The credentials for the cluster. */
  public StaticCredentialsProvider credentials() {
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(accessKeyId, secretAccessKey));
  }

  /** The connector's configuration for the cluster behind a port. */
  public DsqlConfig config(int port) {
    return DsqlConfig.builder()
        .endpoint(host)
        .port(port)
        .region(region)
        .caFile(caFile)
        .credentialsProvider(credentials())
        .build();
  }

  /** The cluster's name, without the secret. */
  @Override
  public String toString() {
    return "Target[" + clusterHost + "]";
  }
}
