package io.github.dsqljava;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;

/**
 * One setting: its name, URL key, environment variables, reader and check. {@link #ALL} is the only
 * table of settings, so a new one starts here. {@link DsqlConfig.Builder} has the defaults, because
 * some depend on other settings.
 *
 * @param name the name in messages and in {@link DsqlConfig#toString()}
 * @param urlKey the key in a URL's query, or null for what has its own place in a URL or none
 * @param variables the environment variables for it; the first one that is set counts
 * @param read reads the value from a text; refuses for a setting whose value is an object
 * @param check applied to every value, whether read or given as an object
 */
record Setting<T>(
    String name,
    @Nullable String urlKey,
    List<String> variables,
    Function<String, T> read,
    UnaryOperator<T> check) {

  static final Setting<String> ENDPOINT =
      text("endpoint", null, List.of("CLUSTER_ENDPOINT"), HostName::check);
  static final Setting<Integer> PORT =
      new Setting<>(
          "port", null, List.of("CLUSTER_PORT"), SettingCheck::readInt, SettingCheck::port);
  static final Setting<String> USER =
      text("user", null, List.of("CLUSTER_USER"), SettingCheck::text);
  static final Setting<String> DATABASE =
      text("database", null, List.of("CLUSTER_DATABASE"), SettingCheck::text);
  static final Setting<String> REGION =
      text("region", "region", List.of("AWS_REGION", "AWS_DEFAULT_REGION"), SettingCheck::region);
  static final Setting<String> PROFILE = text("profile", "profile", List.of(), SettingCheck::text);
  static final Setting<IdentityProvider<? extends AwsCredentialsIdentity>> CREDENTIALS_PROVIDER =
      new Setting<>(
          "credentialsProvider",
          null,
          List.of(),
          text -> {
            throw new IllegalArgumentException("is an object and has no text form");
          },
          UnaryOperator.identity());
  static final Setting<Duration> TOKEN_LIFETIME =
      new Setting<>(
          "tokenLifetime",
          "tokenDurationSecs",
          List.of(),
          SettingCheck::readSeconds,
          SettingCheck::tokenLifetime);
  static final Setting<TokenAction> TOKEN_ACTION =
      new Setting<>(
          "tokenAction",
          "tokenAction",
          List.of(),
          text -> SettingCheck.readConstant(TokenAction.class, text),
          UnaryOperator.identity());
  static final Setting<String> TOKEN_HOST =
      text("tokenHost", "tokenHost", List.of(), HostName::check);
  static final Setting<String> SCHEMA =
      text("schema", "schema", List.of("CLUSTER_SCHEMA"), SettingCheck::identifier);
  static final Setting<String> APPLICATION_NAME_PREFIX =
      text(
          "applicationNamePrefix",
          "applicationNamePrefix",
          List.of(),
          SettingCheck::printableAscii);
  static final Setting<Path> CA_FILE =
      new Setting<>(
          "caFile",
          "caFile",
          List.of("CLUSTER_CA_FILE"),
          SettingCheck::readPath,
          UnaryOperator.identity());
  static final Setting<TlsNegotiation> TLS_NEGOTIATION =
      new Setting<>(
          "tlsNegotiation",
          "tlsNegotiation",
          List.of(),
          text -> SettingCheck.readConstant(TlsNegotiation.class, text),
          UnaryOperator.identity());
  static final Setting<Boolean> EARLY_PASSWORD =
      new Setting<>(
          "earlyPassword",
          "earlyPassword",
          List.of(),
          SettingCheck::readBoolean,
          UnaryOperator.identity());
  static final Setting<Duration> CONNECT_TIMEOUT =
      new Setting<>(
          "connectTimeout",
          "connectTimeoutSecs",
          List.of(),
          SettingCheck::readSeconds,
          SettingCheck::connectTimeout);
  static final Setting<Integer> STATEMENT_CACHE_SIZE =
      new Setting<>(
          "statementCacheSize",
          "statementCacheSize",
          List.of(),
          SettingCheck::readInt,
          SettingCheck::statementCacheSize);

  /** Every setting, in the order of {@link DsqlConfig#toString()}. */
  static final List<Setting<?>> ALL =
      List.of(
          ENDPOINT,
          PORT,
          REGION,
          USER,
          DATABASE,
          SCHEMA,
          PROFILE,
          CREDENTIALS_PROVIDER,
          TOKEN_LIFETIME,
          TOKEN_ACTION,
          TOKEN_HOST,
          APPLICATION_NAME_PREFIX,
          CA_FILE,
          TLS_NEGOTIATION,
          EARLY_PASSWORD,
          CONNECT_TIMEOUT,
          STATEMENT_CACHE_SIZE);

  private static Setting<String> text(
      String name, @Nullable String urlKey, List<String> variables, UnaryOperator<String> check) {
    return new Setting<>(name, urlKey, variables, Function.identity(), check);
  }

  /** The setting with that key in a URL's query. */
  static Optional<Setting<?>> ofUrlKey(String key) {
    return ALL.stream().filter(setting -> key.equals(setting.urlKey)).findFirst();
  }

  /** The keys a URL's query may have. */
  static List<String> urlKeys() {
    return ALL.stream().flatMap(setting -> Optional.ofNullable(setting.urlKey).stream()).toList();
  }

  /** Checks a value that was given as an object. */
  T accept(T value, String source) {
    try {
      return check.apply(value);
    } catch (IllegalArgumentException e) {
      throw refused(source, e);
    }
  }

  /** Reads and checks a value that was given as a text. */
  T parse(String text, String source) {
    try {
      return check.apply(read.apply(text));
    } catch (IllegalArgumentException e) {
      throw refused(source, e);
    }
  }

  private InvalidConfigurationException refused(String source, IllegalArgumentException problem) {
    return new InvalidConfigurationException(
        "Setting " + name + " (" + source + ") " + problem.getMessage(), problem.getCause());
  }
}
