package io.github.dsqljava.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.TokenSigner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

class CredentialsSourceTest {

  /** Counts how often it was closed. */
  private record CountingProvider(AtomicInteger closed)
      implements IdentityProvider<AwsCredentialsIdentity>, AutoCloseable {

    CountingProvider() {
      this(new AtomicInteger());
    }

    @Override
    public Class<AwsCredentialsIdentity> identityType() {
      return AwsCredentialsIdentity.class;
    }

    @Override
    public CompletableFuture<? extends AwsCredentialsIdentity> resolveIdentity(
        ResolveIdentityRequest request) {
      return CompletableFuture.completedFuture(AwsBasicCredentials.create("AKID", "s3cret"));
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  private static DsqlConfig.Builder builder() {
    return DsqlConfig.builder().endpoint("localhost").region("us-east-1");
  }

  @Test
  void close_givenProvider_notClosed() throws Exception {
    CountingProvider given = new CountingProvider();
    CredentialsSource source = new CredentialsSource(builder().credentialsProvider(given).build());
    assertThat(source.provider()).isSameAs(given);
    source.close();
    assertThat(given.closed()).hasValue(0);
    assertThatThrownBy(source::provider).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void close_ownProvider_closedOnce() throws Exception {
    CountingProvider own = new CountingProvider();
    CredentialsSource source = new CredentialsSource(builder().build(), config -> own);
    assertThat(source.provider()).isSameAs(own);
    assertThat(own.closed()).hasValue(0);
    source.close();
    source.close();
    assertThat(own.closed()).hasValue(1);
    assertThatThrownBy(source::provider).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void close_neverUsed_makesNone() throws Exception {
    CredentialsSource source =
        new CredentialsSource(
            builder().build(),
            config -> {
              throw new AssertionError("a provider was made");
            });
    source.close();
    assertThatThrownBy(source::provider).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void provider_noneGiven_madeOnceAndCanBeClosed() throws Exception {
    CredentialsSource chain = new CredentialsSource(builder().build());
    assertThat(chain.provider())
        .isSameAs(chain.provider())
        .isInstanceOf(DefaultCredentialsProvider.class)
        .isInstanceOf(AutoCloseable.class);
    assertThat(chain).hasToString("the AWS default credentials chain");
    chain.close();
    CredentialsSource profile = new CredentialsSource(builder().profile("dev").build());
    assertThat(profile.provider())
        .isInstanceOf(ProfileCredentialsProvider.class)
        .isInstanceOf(AutoCloseable.class);
    assertThat(profile).hasToString("profile \"dev\"");
    profile.close();
  }

  @Test
  void tokenSource_closed_closesTheProviderItUsed() throws Exception {
    CountingProvider own = new CountingProvider();
    DsqlConfig config = builder().build();
    try (TokenSource tokens =
        new TokenSource(config, TokenSigner.create(), new CredentialsSource(config, c -> own))) {
      assertThat(tokens.token().get(20, TimeUnit.SECONDS).value()).isNotEmpty();
      assertThat(own.closed()).hasValue(0);
    }
    // On a thread of the token source.
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (own.closed().get() == 0) {
      assertThat(System.nanoTime()).as("the provider is never closed").isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(own.closed()).hasValue(1);
  }
}
