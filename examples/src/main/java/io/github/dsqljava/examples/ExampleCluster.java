package io.github.dsqljava.examples;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.vertx.DsqlConnector;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * The cluster of an example: the one that the environment names, or else a local one that lives as
 * long as this object. For a user other than admin, the local one gets the role, its IAM mapping
 * and its schema; on a real cluster an administrator makes them once.
 */
final class ExampleCluster implements AutoCloseable {
  private static final String ADMIN = "admin";
  private static final String SCHEMA = "myschema";

  private final DsqlConfig config;
  private final @Nullable DsqlLocal local;

  private ExampleCluster(DsqlConfig config, @Nullable DsqlLocal local) {
    this.config = config;
    this.local = local;
  }

  /**
   * Reads CLUSTER_ENDPOINT, CLUSTER_USER (default: admin) and the other variables of {@link
   * DsqlConfig#fromEnvironment()}.
   */
  static ExampleCluster open(Map<String, String> environment, PrintStream out) {
    if (!environment.getOrDefault("CLUSTER_ENDPOINT", "").isEmpty()) {
      return new ExampleCluster(DsqlConfig.fromEnvironment(environment), null);
    }
    String user = environment.getOrDefault("CLUSTER_USER", "");
    boolean asRole = !user.isEmpty() && !user.equals(ADMIN);
    out.println(
        "CLUSTER_ENDPOINT is not set: using a local cluster"
            + (asRole
                ? " with role "
                    + user
                    + ", mapped to "
                    + DsqlLocal.PRINCIPAL_ARN
                    + ", and schema "
                    + SCHEMA
                : ""));
    DsqlLocal local = DsqlLocal.builder().progress(out::println).start();
    try {
      DsqlConfig admin = config(local);
      if (!asRole) {
        return new ExampleCluster(admin, local);
      }
      createRole(admin, user, local.principal().arn());
      return new ExampleCluster(admin.toBuilder().user(user).build(), local);
    } catch (RuntimeException e) {
      local.close();
      throw e;
    }
  }

  private static DsqlConfig config(DsqlLocal local) {
    return DsqlConfig.builder()
        .endpoint(local.host())
        .port(local.port())
        .region(local.region())
        .caFile(local.caFile())
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                    local.principal().accessKeyId(), local.principal().secretAccessKey())))
        .build();
  }

  /** Does an administrator's one-time work for a role; see "Roles" in docs/real-cluster.md. */
  private static void createRole(DsqlConfig admin, String user, String arn) {
    String role = "\"" + user.replace("\"", "\"\"") + "\"";
    List<String> statements =
        List.of(
            "CREATE ROLE " + role + " WITH LOGIN",
            "AWS IAM GRANT " + role + " TO '" + arn + "'",
            "CREATE SCHEMA " + SCHEMA,
            "GRANT USAGE, CREATE ON SCHEMA " + SCHEMA + " TO " + role);
    DsqlConnector connector = DsqlConnector.create(admin);
    connector
        .connect()
        .compose(connection -> executeAll(connection, statements))
        .eventually(connector::close)
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private static Future<Void> executeAll(SqlConnection connection, List<String> statements) {
    Future<Void> done = Future.succeededFuture();
    for (String sql : statements) {
      done = done.compose(previous -> connection.query(sql).execute().mapEmpty());
    }
    return done;
  }

  DsqlConfig config() {
    return config;
  }

  @Override
  public void close() {
    if (local != null) {
      local.close();
    }
  }
}
