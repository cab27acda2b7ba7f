package io.github.dsqljava.r2dbc;

import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.ConnectionFactoryProvider;
import io.r2dbc.spi.Option;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;

/**
 * Finds the connector by R2DBC's URLs and options:
 *
 * <pre>{@code
 * ConnectionFactory factory =
 *     ConnectionFactories.get("r2dbc:dsql://app@abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws/postgres"
 *         + "?schema=shop&maxSize=20");
 * }</pre>
 *
 * <p>It makes a {@link DsqlR2dbc}. Options are R2DBC's {@code host}, {@code port}, {@code user},
 * {@code database} and {@code connectTimeout}; every setting of {@link
 * io.github.dsqljava.DsqlConfig} that a URL may have, by the same name; {@link
 * #CREDENTIALS_PROVIDER}; and every setting of {@link R2dbcSettings} by its name, with durations as
 * {@code PT30S}; of its retry policy {@code retryMaxAttempts}, {@code retryMaxOtherFailures},
 * {@code retryBasePause}, {@code retryMaxPause} and {@code retryMaxElapsed}. An option whose value
 * is an object, such as {@link #INIT_HOOK}, has no place in a URL. A password, {@code sslMode} and
 * the like are refused.
 */
public final class DsqlConnectionFactoryProvider implements ConnectionFactoryProvider {

  /** The name of the driver in URLs and options: {@code dsql}. */
  public static final String DRIVER = "dsql";

  /** The AWS SDK's provider of credentials, an object; see {@code DsqlConfig.Builder}. */
  public static final Option<IdentityProvider<? extends AwsCredentialsIdentity>>
      CREDENTIALS_PROVIDER = Option.valueOf("credentialsProvider");

  /** {@link R2dbcSettings#listener()}, an object. */
  public static final Option<PoolListener> LISTENER = Option.valueOf("listener");

  /** {@link R2dbcSettings#connectRate()}, an object. */
  public static final Option<ConnectRate> CONNECT_RATE = Option.valueOf("connectRate");

  /** {@link R2dbcSettings#initHook()}, an object. */
  public static final Option<Function<PostgresqlConnection, Publisher<Void>>> INIT_HOOK =
      Option.valueOf("initHook");

  /** {@link R2dbcSettings#acquireHook()}, an object. */
  public static final Option<Function<PostgresqlConnection, Publisher<Void>>> ACQUIRE_HOOK =
      Option.valueOf("acquireHook");

  /** Made by {@link java.util.ServiceLoader}. */
  public DsqlConnectionFactoryProvider() {}

  /**
   * Makes a pool; see {@link DsqlR2dbc#of(io.github.dsqljava.DsqlConfig, R2dbcSettings)}.
   *
   * @throws io.github.dsqljava.InvalidConfigurationException if an option is malformed or refused
   */
  @Override
  public DsqlR2dbc create(ConnectionFactoryOptions options) {
    FactoryOptions read = new FactoryOptions(options);
    return DsqlR2dbc.of(read.config(), read.settings());
  }

  @Override
  public boolean supports(ConnectionFactoryOptions options) {
    return DRIVER.equals(options.getValue(ConnectionFactoryOptions.DRIVER));
  }

  @Override
  public String getDriver() {
    return DRIVER;
  }
}
