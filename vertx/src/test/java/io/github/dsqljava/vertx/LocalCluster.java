package io.github.dsqljava.vertx;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.iam.IamPrincipal;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** What the tests against a real local cluster share. */
final class LocalCluster {
  private static final long LIMIT_SECONDS = 30;

  private LocalCluster() {}

  /** A configuration for user admin. */
  static DsqlConfig.Builder config(DsqlLocal cluster) {
    return DsqlConfig.builder()
        .endpoint(cluster.host())
        .port(cluster.port())
        .region(cluster.region())
        .caFile(cluster.caFile())
        .credentialsProvider(credentials(cluster.principal()));
  }

  static StaticCredentialsProvider credentials(IamPrincipal principal) {
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(principal.accessKeyId(), principal.secretAccessKey()));
  }

  /** Creates a role that the cluster's principal may log in as, with schema myschema. */
  static void createMappedRole(DsqlLocal cluster, String role) throws Exception {
    DsqlConnector connector = DsqlConnector.create(config(cluster).build());
    try {
      SqlConnection admin = await(connector.connect());
      execute(admin, "CREATE ROLE " + role + " WITH LOGIN");
      execute(admin, "AWS IAM GRANT " + role + " TO '" + cluster.principal().arn() + "'");
      execute(admin, "CREATE SCHEMA IF NOT EXISTS myschema");
      execute(admin, "GRANT USAGE, CREATE ON SCHEMA myschema TO " + role);
    } finally {
      await(connector.close());
    }
  }

  static void execute(SqlClient client, String sql) throws Exception {
    await(client.query(sql).execute());
  }

  /** The only column of the only row, as text. */
  static String value(SqlClient client, String sql) throws Exception {
    List<String> values = values(client, sql);
    if (values.size() != 1) {
      throw new AssertionError(sql + " gave " + values);
    }
    return values.get(0);
  }

  static List<String> values(SqlClient client, String sql) throws Exception {
    return await(client.query(sql).execute()).stream().map(LocalCluster::firstColumn).toList();
  }

  private static String firstColumn(Row row) {
    return String.valueOf(row.getValue(0));
  }

  static <T> T await(Future<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return await(watched(future));
  }

  static <T> T await(CompletableFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Listens to a future now. Once the Vert.x of a connector has ended, which is soon after the
   * connector has, a future of one of its threads refuses a listener.
   */
  static <T> CompletableFuture<T> watched(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture();
  }

  /** Waits until the cluster has noticed that its clients are gone. */
  static void assertNothingOpen(DsqlLocal cluster) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (cluster.openConnections() > 0) {
      if (System.nanoTime() > end) {
        throw new AssertionError(cluster.openConnections() + " connections are left open");
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** The failure a future must end with. */
  static Throwable failure(Future<?> future) throws InterruptedException, TimeoutException {
    return failure(watched(future));
  }

  /** The failure a future must end with. */
  static Throwable failure(CompletableFuture<?> future)
      throws InterruptedException, TimeoutException {
    try {
      Object result = await(future);
      throw new AssertionError("expected a failure, got " + result);
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }
}
