package io.github.dsqljava.spi;

import io.github.dsqljava.DsqlConfig;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;

/**
 * The credentials provider of a configuration. It is made once, at the first use, because making
 * one of the SDK's loads hundreds of classes. A provider given by the program is not closed.
 */
final class CredentialsSource {

  private final DsqlConfig config;
  private final Function<DsqlConfig, IdentityProvider<? extends AwsCredentialsIdentity>> maker;
  private @Nullable IdentityProvider<? extends AwsCredentialsIdentity> made;
  private @Nullable IdentityProvider<? extends AwsCredentialsIdentity> provider;
  private boolean closed;

  CredentialsSource(DsqlConfig config) {
    this(config, CredentialsSource::ofSdk);
  }

  /**
   * For tests: the SDK's own providers do not show whether they were closed.
   *
   * @param maker makes the provider if the configuration has none
   */
  CredentialsSource(
      DsqlConfig config,
      Function<DsqlConfig, IdentityProvider<? extends AwsCredentialsIdentity>> maker) {
    this.config = config;
    this.maker = maker;
    provider = config.credentialsProvider().orElse(null);
  }

  /** Returns the provider. May block while it is made, so not for event loops. */
  synchronized IdentityProvider<? extends AwsCredentialsIdentity> provider() {
    if (closed) {
      throw new IllegalStateException("The source of AWS credentials is closed");
    }
    IdentityProvider<? extends AwsCredentialsIdentity> current = provider;
    if (current == null) {
      current = maker.apply(config);
      made = current;
      provider = current;
    }
    return current;
  }

  private static IdentityProvider<? extends AwsCredentialsIdentity> ofSdk(DsqlConfig config) {
    // Not the default chain with that profile: there an access key in the environment would take
    // precedence over a profile that was set by name.
    return config.profile().isPresent()
        ? ProfileCredentialsProvider.builder().profileName(config.profile().get()).build()
        : DefaultCredentialsProvider.builder().build();
  }

  /** Closes the provider if it was made here. May block. */
  void close() throws Exception {
    IdentityProvider<? extends AwsCredentialsIdentity> own;
    synchronized (this) {
      closed = true;
      own = made;
      made = null;
    }
    if (own instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  /** The source of the credentials, as a part of a sentence. */
  @Override
  public String toString() {
    return config
        .credentialsProvider()
        .map(given -> "the given credentials provider " + given.getClass().getName())
        .or(() -> config.profile().map(profile -> "profile \"" + profile + "\""))
        .orElse("the AWS default credentials chain");
  }
}
