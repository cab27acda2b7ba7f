package io.github.dsqljava.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.vertx.DsqlConnector;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * Runs examples on a cluster that stands for the real one: the program knows it only from the
 * environment.
 */
final class ExampleRuns implements AutoCloseable {
  static final String ROLE = "app";

  private final DsqlLocal cluster = DsqlLocal.start();
  private final SqlConnection admin;
  private final DsqlConnector connector;

  ExampleRuns() throws Exception {
    Map<String, String> environment = cluster.environment();
    // The SDK's default credentials chain looks here as well as into the environment.
    System.setProperty("aws.accessKeyId", environment.get("AWS_ACCESS_KEY_ID"));
    System.setProperty("aws.secretAccessKey", environment.get("AWS_SECRET_ACCESS_KEY"));
    System.setProperty("aws.region", environment.get("AWS_REGION"));
    connector = DsqlConnector.create(DsqlConfig.fromEnvironment(environment));
    admin = await(connector.connect());
    for (String sql :
        List.of(
            "CREATE ROLE app WITH LOGIN",
            "AWS IAM GRANT app TO '" + environment.get("CLUSTER_PRINCIPAL_ARN") + "'",
            "CREATE SCHEMA myschema",
            "GRANT USAGE, CREATE ON SCHEMA myschema TO app")) {
      execute(sql);
    }
  }

  /** Returns the output of an example that runs as a user of the cluster. */
  String run(BiConsumer<Map<String, String>, PrintStream> example, String user) {
    Map<String, String> environment = new HashMap<>(cluster.environment());
    environment.put("CLUSTER_USER", user);
    return output(example, environment);
  }

  static String output(
      BiConsumer<Map<String, String>, PrintStream> example, Map<String, String> environment) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
      example.accept(environment, out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Runs as admin and as a role, each twice; every run must find nothing and leave nothing. */
  void runTwiceAsEachUser(
      BiConsumer<Map<String, String>, PrintStream> example, String... expectedLines)
      throws Exception {
    for (String user : List.of("admin", ROLE, "admin", ROLE)) {
      assertThat(run(example, user))
          .contains("localhost:" + cluster.port())
          .contains("as " + user)
          .contains("direct TLS")
          .contains(expectedLines)
          .containsPattern("done.* in [0-9]+ ms")
          .doesNotContain("local cluster");
      assertThat(tables()).isEmpty();
      awaitOnlyOurConnection();
    }
  }

  /** The cluster learns from the network that an example has closed its connections. */
  private void awaitOnlyOurConnection() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (cluster.openConnections() > 1) {
      assertThat(System.nanoTime()).as("an example leaves connections open").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  List<String> tables() throws Exception {
    return query(
            "SELECT schemaname || '.' || tablename FROM pg_tables"
                + " WHERE schemaname IN ('public', 'myschema')")
        .stream()
        .map(row -> row.getString(0))
        .toList();
  }

  /** First column of the only row. */
  Object value(String sql) throws Exception {
    return query(sql).iterator().next().getValue(0);
  }

  void execute(String sql) throws Exception {
    query(sql);
  }

  /** Repeats the query once: the examples make and drop tables, so this session gets OC001. */
  private RowSet<Row> query(String sql) throws Exception {
    try {
      return await(admin.query(sql).execute());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PgException refused && refused.getSqlState().equals("40001")) {
        return await(admin.query(sql).execute());
      }
      throw e;
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws Exception {
    await(connector.close());
    cluster.close();
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty("aws.region");
  }
}
