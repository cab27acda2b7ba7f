package io.github.dsqljava.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.vertx.FakeServer.Behaviour;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A connector and fake servers, made for a test and closed after it. */
abstract class FakeServerFixture {

  @TempDir static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  static Vertx vertx;

  @SuppressWarnings("NullAway.Init")
  static ServerKey localhost;

  @SuppressWarnings("NullAway.Init")
  static ServerKey other;

  private final List<AutoCloseable> toClose = new ArrayList<>();

  @BeforeAll
  static void prepare() throws IOException, InterruptedException, GeneralSecurityException {
    vertx = Vertx.vertx();
    localhost = ServerKey.create(directory, "localhost");
    other = ServerKey.create(directory, "other.example.com");
  }

  @AfterAll
  static void closeVertx() throws ExecutionException, InterruptedException, TimeoutException {
    await(vertx.close());
  }

  @AfterEach
  @SuppressWarnings("InterruptedExceptionSwallowed") // a test may throw anything; JUnit takes it
  void closeAll() throws Exception {
    for (AutoCloseable closeable : toClose) {
      closeable.close();
    }
  }

  static <T> T await(Future<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  static <E extends Throwable> E failure(Class<E> type, Future<?> future)
      throws InterruptedException, TimeoutException {
    try {
      throw new AssertionError("no failure but " + await(future));
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(type);
      return type.cast(Objects.requireNonNull(e.getCause()));
    }
  }

  FakeServer server(Behaviour behaviour) throws IOException {
    return server(localhost, behaviour);
  }

  FakeServer server(ServerKey key, Behaviour behaviour) throws IOException {
    FakeServer server = new FakeServer(key, behaviour);
    toClose.add(server);
    return server;
  }

  static DsqlConfig.Builder config(int port) {
    return DsqlConfig.builder()
        .endpoint("localhost")
        .port(port)
        .region("us-east-1")
        .caFile(localhost.pem())
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKID", "s3cret")));
  }

  DsqlConnector connector(DsqlConfig.Builder config) {
    DsqlConnector connector = DsqlConnector.create(vertx, config.build());
    toClose.add(() -> await(connector.close()));
    return connector;
  }
}
