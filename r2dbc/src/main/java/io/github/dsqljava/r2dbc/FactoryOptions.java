package io.github.dsqljava.r2dbc;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.InvalidConfigurationException;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.retry.RetryPolicy;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;

/**
 * Reads R2DBC's options. Settings of the connection become a URL again, so that there is one reader
 * of them, with one set of messages.
 */
final class FactoryOptions {

  /** The keys of a URL's query, those of {@link DsqlConfig.Builder#url}. */
  static final List<String> URL_KEYS =
      List.of(
          "region",
          "profile",
          "schema",
          "tokenDurationSecs",
          "tokenAction",
          "tokenHost",
          "applicationNamePrefix",
          "caFile",
          "tlsNegotiation",
          "earlyPassword",
          "connectTimeoutSecs",
          "statementCacheSize");

  private static final List<String> REFUSED =
      List.of("sslMode", "sslmode", "sslRootCert", "sslNegotiation", "options", "socket");

  private final ConnectionFactoryOptions options;

  FactoryOptions(ConnectionFactoryOptions options) {
    this.options = options;
  }

  DsqlConfig config() {
    refuse();
    StringBuilder url = new StringBuilder("dsql://");
    String user = text("user");
    if (user != null) {
      url.append(encoded(user)).append('@');
    }
    String host = text("host");
    url.append(host == null ? "" : encoded(host));
    String port = text("port");
    if (port != null) {
      url.append(':').append(port);
    }
    String database = text("database");
    url.append('/').append(database == null ? "" : encoded(database));
    StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
    for (String key : URL_KEYS) {
      String value = text(key);
      if (value != null) {
        query.add(key + "=" + encoded(value));
      }
    }
    DsqlConfig.Builder config = DsqlConfig.builder().url(url.append(query).toString());
    duration("connectTimeout", config::connectTimeout);
    Object credentials = options.getValue(DsqlConnectionFactoryProvider.CREDENTIALS_PROVIDER);
    if (credentials != null) {
      config.credentialsProvider(credentials(credentials));
    }
    return config.build();
  }

  R2dbcSettings settings() {
    R2dbcSettings.Builder settings = R2dbcSettings.builder();
    number("minSize", settings::minSize);
    number("maxSize", settings::maxSize);
    number("maxWaiting", settings::maxWaiting);
    duration("acquireTimeout", settings::acquireTimeout);
    duration("maxLifetime", settings::maxLifetime);
    duration("lifetimeJitter", settings::lifetimeJitter);
    duration("idleTimeout", settings::idleTimeout);
    duration("idleCheck", settings::idleCheck);
    duration("leakThreshold", settings::leakThreshold);
    duration("baseBackoff", settings::baseBackoff);
    duration("maxBackoff", settings::maxBackoff);
    duration("transactionDeadline", settings::transactionDeadline);
    duration("statementTimeout", settings::statementTimeout);
    duration("closeGrace", settings::closeGrace);
    settings.retryPolicy(retryPolicy());
    flag("conflictLane", settings::conflictLane);
    object(DsqlConnectionFactoryProvider.LISTENER, PoolListener.class, settings::listener);
    object(DsqlConnectionFactoryProvider.CONNECT_RATE, ConnectRate.class, settings::connectRate);
    hook(DsqlConnectionFactoryProvider.INIT_HOOK, settings::initHook);
    hook(DsqlConnectionFactoryProvider.ACQUIRE_HOOK, settings::acquireHook);
    return settings.build();
  }

  private RetryPolicy retryPolicy() {
    RetryPolicy.Builder retries = RetryPolicy.builder();
    number("retryMaxAttempts", retries::maxAttempts);
    number("retryMaxOtherFailures", retries::maxOtherFailures);
    duration("retryBasePause", retries::basePause);
    duration("retryMaxPause", retries::maxPause);
    duration("retryMaxElapsed", retries::maxElapsed);
    return retries.build();
  }

  private <T> void object(Option<T> option, Class<T> type, Consumer<T> setter) {
    Object value = options.getValue(option);
    if (value != null && !type.isInstance(value)) {
      throw new InvalidConfigurationException(
          "Option "
              + option.name()
              + ": a "
              + value.getClass().getName()
              + " is no "
              + type.getSimpleName()
              + "; it is an object, which a URL cannot have");
    }
    if (value != null) {
      setter.accept(type.cast(value));
    }
  }

  @SuppressWarnings("unchecked") // what it gives is seen when it is called
  private void hook(
      Option<Function<PostgresqlConnection, Publisher<Void>>> option,
      Consumer<Function<PostgresqlConnection, Publisher<Void>>> setter) {
    object(
        (Option<Function<?, ?>>) (Option<?>) option,
        (Class<Function<?, ?>>) (Class<?>) Function.class,
        hook -> setter.accept((Function<PostgresqlConnection, Publisher<Void>>) hook));
  }

  private void refuse() {
    if (options.hasOption(ConnectionFactoryOptions.PASSWORD)) {
      throw new InvalidConfigurationException(
          "Option password: give none; the connector signs a token for each connection");
    }
    if ("false".equals(text("ssl"))) {
      throw new InvalidConfigurationException(
          "Option ssl: TLS cannot be switched off; it is always on and always fully verified");
    }
    for (String name : REFUSED) {
      if (text(name) != null) {
        throw new InvalidConfigurationException(
            "Option "
                + name
                + " is not one of the connector's: TLS is always on and fully verified; a certificate"
                + " authority is given as caFile, the TLS handshake's begin as tlsNegotiation");
      }
    }
    if (text("lockWaitTimeout") != null) {
      throw new InvalidConfigurationException(
          "Option lockWaitTimeout: Aurora DSQL has no locks to wait for and refuses such a setting;"
              + " give inTransaction a deadline instead");
    }
  }

  private static IdentityProvider<? extends AwsCredentialsIdentity> credentials(Object given) {
    if (given instanceof IdentityProvider<?> provider
        && AwsCredentialsIdentity.class.isAssignableFrom(provider.identityType())) {
      @SuppressWarnings("unchecked") // its type says so
      var credentials = (IdentityProvider<? extends AwsCredentialsIdentity>) provider;
      return credentials;
    }
    throw new InvalidConfigurationException(
        "Option credentialsProvider: a "
            + given.getClass().getName()
            + " is not a credentials provider of the AWS SDK");
  }

  private @Nullable String text(String name) {
    Object value = options.getValue(Option.valueOf(name));
    return value == null ? null : value.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private void number(String name, IntConsumer setter) {
    String text = text(name);
    if (text == null) {
      return;
    }
    try {
      setter.accept(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new InvalidConfigurationException(
          "Option " + name + " is \"" + text + "\"; give a whole number", e);
    }
  }

  private void flag(String name, Consumer<Boolean> setter) {
    String text = text(name);
    if (text == null) {
      return;
    }
    if (!text.equals("true") && !text.equals("false")) {
      throw new InvalidConfigurationException(
          "Option " + name + " is \"" + text + "\"; give true or false");
    }
    setter.accept(Boolean.valueOf(text));
  }

  private void duration(String name, Consumer<Duration> setter) {
    String text = text(name);
    if (text == null) {
      return;
    }
    try {
      setter.accept(Duration.parse(text)); // what Duration.toString() writes
    } catch (DateTimeParseException e) {
      throw new InvalidConfigurationException(
          "Option " + name + " is \"" + text + "\"; give a duration such as PT30S", e);
    }
  }
}
