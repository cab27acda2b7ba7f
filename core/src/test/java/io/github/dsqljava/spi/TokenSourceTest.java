package io.github.dsqljava.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.AuthToken;
import io.github.dsqljava.ClosedException;
import io.github.dsqljava.CredentialsException;
import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.InvalidConfigurationException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

@Timeout(30)
class TokenSourceTest {

  private static final AwsBasicCredentials KEY = AwsBasicCredentials.create("AKID", "s3cret");

  /** A provider made of a lambda. */
  private record Provider(Supplier<CompletableFuture<? extends AwsCredentialsIdentity>> answer)
      implements IdentityProvider<AwsCredentialsIdentity> {

    @Override
    public Class<AwsCredentialsIdentity> identityType() {
      return AwsCredentialsIdentity.class;
    }

    @Override
    public CompletableFuture<? extends AwsCredentialsIdentity> resolveIdentity(
        ResolveIdentityRequest request) {
      return answer.get();
    }
  }

  private static DsqlConfig.Builder builder() {
    return DsqlConfig.builder().endpoint("localhost").region("us-east-1");
  }

  private static TokenSource source(
      Supplier<CompletableFuture<? extends AwsCredentialsIdentity>> answer) {
    return TokenSource.of(builder().credentialsProvider(new Provider(answer)).build());
  }

  private static CredentialsException failureOf(CompletableFuture<AuthToken> token) {
    try {
      token.get();
      throw new AssertionError("a token was made");
    } catch (ExecutionException e) {
      assertThat(e.getCause()).isInstanceOf(CredentialsException.class);
      assertThat(e.getCause()).hasMessageContaining("localhost:5432");
      return (CredentialsException) Objects.requireNonNull(e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void token_eachCall_newTokenOfTheConfiguration() {
    Queue<Instant> times =
        new ConcurrentLinkedQueue<>(
            List.of(Instant.ofEpochSecond(1_000_000), Instant.ofEpochSecond(1_000_001)));
    DsqlConfig config =
        builder()
            .user("app")
            .tokenHost("other.example.com")
            .tokenLifetime(Duration.ofSeconds(30))
            .credentialsProvider(new Provider(() -> CompletableFuture.completedFuture(KEY)))
            .build();
    try (TokenSource tokens = TokenSource.of(config, times::remove)) {
      AuthToken first = tokens.token().join();
      AuthToken second = tokens.token().join();
      assertThat(first.value())
          .startsWith("other.example.com/?Action=DbConnect&")
          .contains("X-Amz-Expires=30&", "%2Fus-east-1%2Fdsql%2F");
      assertThat(first.expiresAt()).isEqualTo(Instant.ofEpochSecond(1_000_030));
      assertThat(second.expiresAt()).isEqualTo(Instant.ofEpochSecond(1_000_031));
      assertThat(second.value()).isNotEqualTo(first.value());
    }
  }

  @Test
  void of_hostAndUser_isEnough() {
    try (TokenSource tokens =
        TokenSource.of(
            DsqlConfig.builder()
                .endpoint("abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws")
                .user("app")
                .credentialsProvider(new Provider(() -> CompletableFuture.completedFuture(KEY)))
                .build())) {
      assertThat(tokens.awaitToken().value())
          .startsWith("abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws/?Action=DbConnect&")
          .contains("X-Amz-Expires=900&", "%2Feu-west-1%2Fdsql%2F");
    }
    // Looks nothing up before the first token.
    TokenSource.of("abcdefghijklmnopqrstuvwxyz.dsql.eu-west-1.on.aws", "app").close();
    assertThatThrownBy(() -> TokenSource.of("not a host", "app"))
        .isInstanceOf(InvalidConfigurationException.class);
  }

  @Test
  void awaitToken_failures_areThoseOfToken() {
    TokenSource tokens = source(() -> CompletableFuture.failedFuture(new Error("no role")));
    assertThatThrownBy(tokens::awaitToken)
        .isInstanceOf(CredentialsException.class)
        .hasMessageContaining("localhost:5432")
        .hasRootCauseMessage("no role");
    tokens.close();
    assertThatThrownBy(tokens::awaitToken).isInstanceOf(ClosedException.class);
  }

  @Test
  void awaitToken_interrupted_failsAndKeepsTheFlag() {
    try (TokenSource tokens = source(CompletableFuture::new)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(tokens::awaitToken)
          .isInstanceOf(CredentialsException.class)
          .hasMessageContaining("interrupted")
          .hasCauseInstanceOf(InterruptedException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void token_blockingProvider_callerIsNotBlocked() throws ExecutionException, InterruptedException {
    CountDownLatch release = new CountDownLatch(1);
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    try (TokenSource tokens =
        source(
            () -> {
              thread.complete(Thread.currentThread());
              await(release);
              return CompletableFuture.completedFuture(KEY);
            })) {
      CompletableFuture<AuthToken> token = tokens.token();
      assertThat(token).isNotDone();
      assertThat(thread.get().getName()).startsWith("dsql-credentials-");
      assertThat(thread.get().isDaemon()).isTrue();
      release.countDown();
      assertThat(token.get().value()).contains("DbConnectAdmin");
    }
  }

  @Test
  void token_asynchronousProvider_completedOnOwnThread()
      throws ExecutionException, InterruptedException {
    CompletableFuture<AwsCredentialsIdentity> answer = new CompletableFuture<>();
    CountDownLatch asked = new CountDownLatch(1);
    try (TokenSource tokens =
        source(
            () -> {
              asked.countDown();
              return answer;
            })) {
      CompletableFuture<Thread> completer =
          tokens.token().thenApply(token -> Thread.currentThread());
      await(asked);
      answer.complete(KEY);
      assertThat(completer.get().getName()).startsWith("dsql-credentials-");
    }
  }

  @Test
  void token_providerThrows_credentialsExceptionWithCause() {
    IllegalStateException trouble = new IllegalStateException("no such file");
    try (TokenSource tokens =
        source(
            () -> {
              throw trouble;
            })) {
      assertThat(failureOf(tokens.token()))
          .hasMessageContaining(Provider.class.getName() + " failed")
          .hasCause(trouble);
    }
  }

  @Test
  void token_providerLacksAClass_credentialsExceptionWithCause() {
    NoClassDefFoundError trouble = new NoClassDefFoundError("software/amazon/awssdk/sts");
    try (TokenSource tokens =
        source(
            () -> {
              throw trouble;
            })) {
      assertThat(failureOf(tokens.token())).hasCause(trouble);
    }
  }

  @Test
  void token_providerFails_causeIsUnwrapped() {
    IllegalStateException trouble = new IllegalStateException("no such file");
    try (TokenSource tokens =
        source(
            () ->
                CompletableFuture.supplyAsync(
                    () -> {
                      throw new CompletionException(trouble);
                    }))) {
      assertThat(failureOf(tokens.token())).hasCause(trouble);
    }
  }

  @Test
  void token_providerGivesNull_credentialsException() {
    try (TokenSource tokens = source(() -> null)) {
      assertThat(failureOf(tokens.token())).hasMessageContaining("null instead of a future");
    }
    try (TokenSource tokens = source(() -> CompletableFuture.completedFuture(null))) {
      assertThat(failureOf(tokens.token())).hasMessageContaining("gave null");
    }
  }

  @Test
  void token_expiredCredentials_credentialsException() {
    AwsSessionCredentials expired =
        AwsSessionCredentials.builder()
            .accessKeyId("AKID")
            .secretAccessKey("s3cret")
            .sessionToken("session")
            .expirationTime(Instant.EPOCH)
            .build();
    try (TokenSource tokens = source(() -> CompletableFuture.completedFuture(expired))) {
      assertThatThrownBy(() -> tokens.token().join())
          .cause()
          .isInstanceOf(CredentialsException.class)
          .hasMessageContaining("expired at 1970")
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void token_providersHang_allFailInTimeAndAreInterrupted() throws InterruptedException {
    int calls = 10; // more than there are threads
    CountDownLatch interrupted = new CountDownLatch(4);
    DsqlConfig config =
        builder()
            .connectTimeout(Duration.ofMillis(200))
            .credentialsProvider(
                new Provider(
                    () -> {
                      try {
                        new CountDownLatch(1).await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        interrupted.countDown();
                      }
                      return null;
                    }))
            .build();
    try (TokenSource tokens = TokenSource.of(config)) {
      var pending = Stream.generate(tokens::token).limit(calls).toList();
      for (CompletableFuture<AuthToken> token : pending) {
        assertThat(failureOf(token)).hasMessageContaining("has not answered within PT0.2S");
      }
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void token_neverCompletingFuture_failsInTime() {
    DsqlConfig config =
        builder()
            .connectTimeout(Duration.ofMillis(50))
            .credentialsProvider(new Provider(CompletableFuture::new))
            .build();
    try (TokenSource tokens = TokenSource.of(config)) {
      assertThat(failureOf(tokens.token())).hasMessageContaining("has not answered within");
    }
  }

  @Test
  void token_cancelled_providerIsInterrupted() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    try (TokenSource tokens =
        source(
            () -> {
              started.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return null;
            })) {
      CompletableFuture<AuthToken> token = tokens.token();
      await(started);
      token.cancel(true);
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void close_pendingRequests_fail() {
    TokenSource tokens = source(CompletableFuture::new);
    CompletableFuture<AuthToken> token = tokens.token();
    tokens.close();
    assertThatThrownBy(token::join)
        .cause()
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("localhost:5432 is closed");
  }

  @Test
  void close_twiceAndTokenAfterwards_failsClearly() {
    TokenSource tokens = source(() -> CompletableFuture.completedFuture(KEY));
    tokens.close();
    tokens.close();
    assertThatThrownBy(() -> tokens.token().join())
        .cause()
        .isInstanceOf(ClosedException.class)
        .hasMessageContaining("is closed");
  }

  @Test
  void token_missingProfile_credentialsExceptionNamesIt() {
    String name = "no-such-profile-" + System.nanoTime();
    try (TokenSource tokens = TokenSource.of(builder().profile(name).build())) {
      assertThat(failureOf(tokens.token()))
          .hasMessageContaining("profile \"" + name + "\" failed")
          .hasMessageContaining("~/.aws/config");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
