package io.github.dsqljava.vertx.junit;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.junit.DsqlLocalAdapter;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.vertx.DsqlConnector;
import io.github.dsqljava.vertx.DsqlPool;
import io.github.dsqljava.vertx.PoolSettings;
import io.vertx.core.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Offers {@link DsqlConfig}, {@link DsqlConnector} and {@link DsqlPool} for the role admin, with
 * default settings. Connectors and pools are closed after the test. JUnit's extension finds this
 * class by itself. Thread-safe.
 */
public final class ConnectorAdapter implements DsqlLocalAdapter {
  private static final long CLOSE_SECONDS = 30;

  /** The connectors of pools, which close with them. */
  private final Map<DsqlPool, DsqlConnector> connectors = new ConcurrentHashMap<>();

  /** For the service loader. */
  public ConnectorAdapter() {}

  @Override
  public boolean offers(Class<?> type) {
    return type == DsqlConfig.class || type == DsqlConnector.class || type == DsqlPool.class;
  }

  @Override
  public Object create(Class<?> type, DsqlLocal cluster) {
    DsqlConfig config = config(cluster);
    if (type == DsqlConfig.class) {
      return config;
    }
    DsqlConnector connector = DsqlConnector.create(config);
    if (type == DsqlConnector.class) {
      return connector;
    }
    DsqlPool pool = connector.pool(PoolSettings.builder().build());
    connectors.put(pool, connector);
    return pool;
  }

  private static DsqlConfig config(DsqlLocal cluster) {
    return DsqlConfig.builder()
        .endpoint(cluster.host())
        .port(cluster.port())
        .region(cluster.region())
        .caFile(cluster.caFile())
        .credentialsProvider(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                    cluster.principal().accessKeyId(), cluster.principal().secretAccessKey())))
        .build();
  }

  @Override
  public void close(Object made) throws ExecutionException, InterruptedException, TimeoutException {
    if (made instanceof DsqlPool pool) {
      DsqlConnector connector = connectors.remove(pool);
      if (connector != null) {
        await(connector);
      }
    } else if (made instanceof DsqlConnector connector) {
      await(connector);
    }
  }

  private static void await(DsqlConnector connector)
      throws ExecutionException, InterruptedException, TimeoutException {
    Future<Void> closed = connector.close();
    closed.toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
