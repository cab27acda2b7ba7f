package io.github.dsqljava.benchmarks.cluster;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import java.nio.file.Path;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Where a local cluster is, and the key to it. The port is not part of it: each travel time has its
 * own.
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

  /** The user that everything runs as. */
  public static final String USER = "admin";

  /** The only database of a cluster. */
  public static final String DATABASE = "postgres";

  /** The target that a cluster is. */
  public static Target of(DsqlLocal cluster) {
    return new Target(
        cluster.host(),
        cluster.clusterHost(),
        cluster.region(),
        cluster.caFile(),
        cluster.principal().accessKeyId(),
        cluster.principal().secretAccessKey());
  }

  /** Reads what {@link #toLine()} wrote. */
  public static Target ofLine(String line) {
    String[] parts = line.split(SEPARATOR, -1);
    return new Target(parts[0], parts[1], parts[2], Path.of(parts[3]), parts[4], parts[5]);
  }

  /** One line, for another process. It holds the secret, so it belongs into no log. */
  public String toLine() {
    return String.join(
        SEPARATOR, host, clusterHost, region, caFile.toString(), accessKeyId, secretAccessKey);
  }

  /** The key to the cluster. */
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

  /** Where it is; no secret. */
  @Override
  public String toString() {
    return "Target[" + clusterHost + "]";
  }
}
