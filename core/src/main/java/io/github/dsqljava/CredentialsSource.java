package io.github.dsqljava;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;

/**
 * The credentials provider of a configuration, made once and at the first use, because making the
 * SDK's own ones loads hundreds of classes. Closes only what it made itself.
 */
final class CredentialsSource {

  private final DsqlConfig config;
  private @Nullable AutoCloseable made;
  private @Nullable IdentityProvider<? extends AwsCredentialsIdentity> provider;
  private boolean closed;

  CredentialsSource(DsqlConfig config) {
    this.config = config;
    provider = config.credentialsProvider().orElse(null);
  }

  /** The provider. May block while it is made, so not for event loops. */
  synchronized IdentityProvider<? extends AwsCredentialsIdentity> provider() {
    if (closed) {
      throw new IllegalStateException("The source of AWS credentials is closed");
    }
    IdentityProvider<? extends AwsCredentialsIdentity> current = provider;
    if (current == null) {
      current = config.profile().isPresent() ? ofProfile(config.profile().get()) : ofDefaultChain();
      provider = current;
    }
    return current;
  }

  private ProfileCredentialsProvider ofProfile(String profile) {
    // Not the default chain with that profile: there an access key in the environment would win
    // over
    // a profile that was asked for by name.
    ProfileCredentialsProvider own =
        ProfileCredentialsProvider.builder().profileName(profile).build();
    made = own;
    return own;
  }

  private DefaultCredentialsProvider ofDefaultChain() {
    DefaultCredentialsProvider own = DefaultCredentialsProvider.builder().build();
    made = own;
    return own;
  }

  /** Closes the provider if it was made here. May block. */
  void close() throws Exception {
    AutoCloseable own;
    synchronized (this) {
      closed = true;
      own = made;
      made = null;
    }
    if (own != null) {
      own.close();
    }
  }

  /** Where credentials come from, as a part of a sentence. */
  @Override
  public String toString() {
    return config
        .credentialsProvider()
        .map(given -> "the given credentials provider " + given.getClass().getName())
        .or(() -> config.profile().map(profile -> "profile \"" + profile + "\""))
        .orElse("the AWS default credentials chain");
  }
}
