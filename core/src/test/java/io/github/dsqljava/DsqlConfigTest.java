package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;

/** Every setting: its default and each way to give it. */
class DsqlConfigTest {

  private static final String HOST = "abcdefghijklmnopqrstuvwx12.dsql.eu-west-2.on.aws";

  /** Stands for the AWS default region chain; a test that should not ask it sees the failure. */
  private static final RegionChain NOT_ASKED =
      profile -> {
        throw new AssertionError("the region chain was asked");
      };

  private static DsqlConfig.Builder builder() {
    return DsqlConfig.builder().regionChain(NOT_ASKED);
  }

  /** One row per setting: its default, another value, and every way to give that value. */
  record Row<T>(
      String setting,
      Function<DsqlConfig, T> getter,
      T fallback,
      T other,
      UnaryOperator<DsqlConfig.Builder> setter,
      @Nullable String url,
      @Nullable String variable) {

    @Override
    public String toString() {
      return setting;
    }
  }

  static Stream<Row<?>> rows() {
    var provider = AnonymousCredentialsProvider.create();
    String other = "zbcdefghijklmnopqrstuvwx12.dsql.eu-west-2.on.aws";
    return Stream.of(
        new Row<>(
            "endpoint",
            c -> c.endpoint().host(),
            HOST,
            other,
            b -> b.endpoint(other),
            "dsql://" + other,
            "CLUSTER_ENDPOINT=" + other),
        new Row<>(
            "port",
            c -> c.endpoint().port(),
            5432,
            6000,
            b -> b.port(6000),
            "dsql://" + HOST + ":6000",
            "CLUSTER_PORT=6000"),
        new Row<>(
            "region",
            c -> c.endpoint().region(),
            "eu-west-2",
            "us-east-1",
            b -> b.region("us-east-1"),
            "dsql://" + HOST + "?region=us-east-1",
            null), // AWS_REGION ranks behind the host name and has tests of its own
        new Row<>(
            "user",
            DsqlConfig::user,
            "admin",
            "app",
            b -> b.user("app"),
            "dsql://app@" + HOST,
            "CLUSTER_USER=app"),
        new Row<>(
            "database",
            DsqlConfig::database,
            "postgres",
            "other",
            b -> b.database("other"),
            "dsql://" + HOST + "/other",
            "CLUSTER_DATABASE=other"),
        new Row<>(
            "schema",
            DsqlConfig::schema,
            "public",
            "shop",
            b -> b.schema("shop"),
            "dsql://" + HOST + "?schema=shop",
            "CLUSTER_SCHEMA=shop"),
        new Row<>(
            "profile",
            DsqlConfig::profile,
            Optional.empty(),
            Optional.of("dev"),
            b -> b.profile("dev"),
            "dsql://" + HOST + "?profile=dev",
            null),
        new Row<>(
            "credentialsProvider",
            c -> c.credentialsProvider().map(Object.class::cast),
            Optional.empty(),
            Optional.of(provider),
            b -> b.credentialsProvider(provider),
            null,
            null),
        new Row<>(
            "tokenLifetime",
            DsqlConfig::tokenLifetime,
            Duration.ofMinutes(15),
            Duration.ofSeconds(30),
            b -> b.tokenLifetime(Duration.ofSeconds(30)),
            "dsql://" + HOST + "?tokenDurationSecs=30",
            null),
        new Row<>(
            "tokenAction",
            DsqlConfig::tokenAction,
            TokenAction.DB_CONNECT_ADMIN,
            TokenAction.DB_CONNECT,
            b -> b.tokenAction(TokenAction.DB_CONNECT),
            "dsql://" + HOST + "?tokenAction=DbConnect",
            null),
        new Row<>(
            "tokenHost",
            DsqlConfig::tokenHost,
            HOST,
            "other.example.com",
            b -> b.tokenHost("Other.example.com"),
            "dsql://" + HOST + "?tokenHost=other.example.com",
            null),
        new Row<>(
            "applicationNamePrefix",
            DsqlConfig::applicationNamePrefix,
            Optional.empty(),
            Optional.of("orm"),
            b -> b.applicationNamePrefix("orm"),
            "dsql://" + HOST + "?applicationNamePrefix=orm",
            null),
        new Row<>(
            "caFile",
            DsqlConfig::caFile,
            Optional.empty(),
            Optional.of(Path.of("ca.pem")),
            b -> b.caFile(Path.of("ca.pem")),
            "dsql://" + HOST + "?caFile=ca.pem",
            "CLUSTER_CA_FILE=ca.pem"),
        new Row<>(
            "tlsNegotiation",
            DsqlConfig::tlsNegotiation,
            TlsNegotiation.DIRECT,
            TlsNegotiation.SSL_REQUEST,
            b -> b.tlsNegotiation(TlsNegotiation.SSL_REQUEST),
            "dsql://" + HOST + "?tlsNegotiation=sslrequest",
            null),
        new Row<>(
            "earlyPassword",
            DsqlConfig::earlyPassword,
            false,
            true,
            b -> b.earlyPassword(true),
            "dsql://" + HOST + "?earlyPassword=true",
            null),
        new Row<>(
            "connectTimeout",
            DsqlConfig::connectTimeout,
            Duration.ofSeconds(10),
            Duration.ofSeconds(3),
            b -> b.connectTimeout(Duration.ofSeconds(3)),
            "dsql://" + HOST + "?connectTimeoutSecs=3",
            null),
        new Row<>(
            "statementCacheSize",
            DsqlConfig::statementCacheSize,
            256,
            0,
            b -> b.statementCacheSize(0),
            "dsql://" + HOST + "?statementCacheSize=0",
            null));
  }

  @Test
  void rows_coverTheWholeTable() {
    assertThat(rows().map(Row::setting))
        .containsExactlyInAnyOrderElementsOf(Setting.ALL.stream().map(Setting::name).toList());
    assertThat(rows().map(Row::url).filter(Objects::nonNull).filter(url -> url.contains("?")))
        .hasSameSizeAs(Setting.urlKeys());
  }

  @ParameterizedTest
  @MethodSource("rows")
  <T> void default_nothingGiven(Row<T> row) {
    assertThat(row.getter().apply(builder().endpoint(HOST).build())).isEqualTo(row.fallback());
  }

  @ParameterizedTest
  @MethodSource("rows")
  <T> void setter_overridesDefault(Row<T> row) {
    DsqlConfig config = row.setter().apply(builder().endpoint(HOST)).build();
    assertThat(row.getter().apply(config)).isEqualTo(row.other());
  }

  @ParameterizedTest
  @MethodSource("rows")
  <T> void url_overridesDefault(Row<T> row) {
    if (row.url() != null) {
      assertThat(row.getter().apply(builder().url(row.url()).build())).isEqualTo(row.other());
      for (String scheme : List.of("postgresql://", "postgres://")) {
        String url = row.url().replace("dsql://", scheme);
        assertThat(row.getter().apply(builder().url(url).build())).isEqualTo(row.other());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  <T> void environment_overridesDefault(Row<T> row) {
    if (row.variable() != null) {
      DsqlConfig config = builder().environment(environment(row.variable())).build();
      assertThat(row.getter().apply(config)).isEqualTo(row.other());
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  <T> void toString_showsTheSetting(Row<T> row) {
    DsqlConfig config = row.setter().apply(builder().endpoint(HOST)).build();
    String shown =
        row.other() instanceof Optional<?> optional
            ? optional.orElseThrow().toString()
            : row.other().toString();
    assertThat(config.toString())
        .contains(
            row.setting().equals("credentialsProvider")
                ? "credentialsProvider=" + AnonymousCredentialsProvider.class.getName()
                : row.setting() + "=" + shown);
  }

  @ParameterizedTest
  @MethodSource("rows")
  <T> void equals_seesTheSetting(Row<T> row) {
    DsqlConfig plain = builder().endpoint(HOST).build();
    DsqlConfig changed = row.setter().apply(plain.toBuilder()).build();
    assertThat(changed)
        .isEqualTo(row.setter().apply(plain.toBuilder()).build())
        .hasSameHashCodeAs(row.setter().apply(plain.toBuilder()).build());
    assertThat(changed.equals(plain)).isEqualTo(row.other().equals(row.fallback()));
  }

  @Test
  void equals_lookPastTheLayersAndTheFormOfTheEndpoint() {
    String id = HOST.substring(0, HOST.indexOf('.'));
    DsqlConfig config = builder().endpoint(HOST).build();
    assertThat(builder().url("dsql://" + HOST).build()).isEqualTo(config);
    assertThat(builder().endpoint(id).region(config.endpoint().region()).build())
        .isEqualTo(config)
        .hasToString(config.toString());
  }

  private static Map<String, String> environment(String variable) {
    String[] pair = variable.split("=", 2);
    return pair[0].equals("CLUSTER_ENDPOINT")
        ? Map.of(pair[0], pair[1])
        : Map.of("CLUSTER_ENDPOINT", HOST, pair[0], pair[1]);
  }
}
