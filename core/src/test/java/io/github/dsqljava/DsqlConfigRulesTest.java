package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;

/** How settings work together, and which values are refused. */
class DsqlConfigRulesTest {

  private static final String HOST = "abcdefghijklmnopqrstuvwx12.dsql.eu-west-2.on.aws";

  /** Stands for the AWS default region chain; a test that should not ask it sees the failure. */
  private static final RegionChain NOT_ASKED =
      profile -> {
        throw new AssertionError("the region chain was asked");
      };

  private static DsqlConfig.Builder builder() {
    return DsqlConfig.builder().regionChain(NOT_ASKED);
  }

  // Precedence

  /** Every order of the three calls: the outcome must not depend on it. */
  static List<List<Integer>> orders() {
    return List.of(
        List.of(0, 1, 2),
        List.of(0, 2, 1),
        List.of(1, 0, 2),
        List.of(1, 2, 0),
        List.of(2, 0, 1),
        List.of(2, 1, 0));
  }

  @ParameterizedTest
  @MethodSource("orders")
  void build_threeLayers_setterThenUrlThenEnvironment(List<Integer> order) {
    List<UnaryOperator<DsqlConfig.Builder>> layers = new ArrayList<>();
    layers.add(b -> b.user("from-setter"));
    layers.add(b -> b.url("dsql://from-url@" + HOST + ":6001"));
    layers.add(
        b ->
            b.environment(
                Map.of(
                    "CLUSTER_ENDPOINT", "localhost",
                    "CLUSTER_USER", "from-environment",
                    "CLUSTER_PORT", "6002",
                    "CLUSTER_CA_FILE", "from-environment.pem")));
    DsqlConfig.Builder builder = builder();
    for (int layer : order) {
      assertThat(layers.get(layer).apply(builder)).isSameAs(builder);
    }

    DsqlConfig config = builder.build();

    assertThat(config.user()).isEqualTo("from-setter");
    assertThat(config.endpoint().host()).isEqualTo(HOST);
    assertThat(config.endpoint().port()).isEqualTo(6001);
    assertThat(config.caFile()).contains(Path.of("from-environment.pem"));
  }

  @Test
  void url_calledTwice_secondReplacesFirstAsAWhole() {
    DsqlConfig config = builder().url("dsql://app@" + HOST).url("dsql://" + HOST).build();
    assertThat(config.user()).isEqualTo("admin");
  }

  // Region

  @Test
  void region_setterUrlHostAndVariable_inThatOrder() {
    Map<String, String> variables = Map.of("AWS_REGION", "ap-south-1");
    String url = "dsql://" + HOST + "?region=us-east-2";
    assertThat(builder().region("us-east-1").url(url).environment(variables).build())
        .returns("us-east-1", c -> c.endpoint().region());
    assertThat(builder().url(url).environment(variables).build())
        .returns("us-east-2", c -> c.endpoint().region());
    assertThat(builder().endpoint(HOST).environment(variables).build())
        .returns("eu-west-2", c -> c.endpoint().region());
    assertThat(builder().endpoint("localhost").environment(variables).build())
        .returns("ap-south-1", c -> c.endpoint().region());
  }

  @Test
  void region_ofTheOtherVariable_whereTheFirstIsNotSet() {
    Map<String, String> other = Map.of("AWS_DEFAULT_REGION", "sa-east-1");
    assertThat(builder().endpoint("localhost").environment(other).build())
        .returns("sa-east-1", c -> c.endpoint().region());
    Map<String, String> both = Map.of("AWS_DEFAULT_REGION", "sa-east-1", "AWS_REGION", "eu-west-1");
    assertThat(builder().endpoint("localhost").environment(both).build())
        .returns("eu-west-1", c -> c.endpoint().region());
    Map<String, String> empty = Map.of("AWS_DEFAULT_REGION", "sa-east-1", "AWS_REGION", "");
    assertThat(builder().endpoint("localhost").environment(empty).build())
        .returns("sa-east-1", c -> c.endpoint().region());
  }

  @Test
  void region_garbageInAVariable_mattersOnlyWhereItIsNeeded() {
    Map<String, String> garbage = Map.of("AWS_REGION", "Europe (Ireland)");
    assertThat(builder().endpoint(HOST).environment(garbage).build())
        .returns("eu-west-2", c -> c.endpoint().region());
    DsqlConfig config = builder().endpoint(HOST).environment(garbage).build();
    assertThat(config.toBuilder().region("us-east-1").build())
        .returns("us-east-1", c -> c.endpoint().region());
    DsqlConfig.Builder needed = config.toBuilder().endpoint("localhost");
    assertThatThrownBy(needed::build)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("environment variable AWS_REGION")
        .hasMessageContaining("write it like us-east-1");
  }

  @Test
  void statementCacheSize_outOfRange_refused() {
    for (int size : new int[] {-1, 10_001}) {
      assertThatThrownBy(() -> builder().statementCacheSize(size))
          .isInstanceOf(InvalidConfigurationException.class)
          .hasMessageContaining("statementCacheSize")
          .hasMessageContaining("0 (no cache) to 10000");
    }
  }

  @Test
  void region_namedNowhere_chainIsAskedWithTheProfile() {
    DsqlConfig config =
        DsqlConfig.builder()
            .regionChain(profile -> profile.map(name -> "region-of-" + name))
            .endpoint("localhost")
            .profile("dev")
            .build();
    assertThat(config.endpoint().region()).isEqualTo("region-of-dev");
  }

  @Test
  void region_chainKnowsNone_refusedWithThreeWays() {
    assertThatThrownBy(
            () ->
                DsqlConfig.builder()
                    .regionChain(profile -> Optional.empty())
                    .endpoint("db.example.com")
                    .build())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("db.example.com")
        .hasMessageContaining("three ways");
  }

  @Test
  void region_bareClusterIdWithVariable_hostIsBuilt() {
    DsqlConfig config =
        DsqlConfig.builder()
            .regionChain(NOT_ASKED)
            .environment(
                Map.of("CLUSTER_ENDPOINT", "abcdefghijklmnopqrstuvwx12", "AWS_REGION", "eu-west-2"))
            .build();
    assertThat(config.endpoint().host()).isEqualTo(HOST);
    assertThat(config.tokenHost()).isEqualTo(HOST);
    assertThat(config.toString()).contains("endpoint=" + HOST, "region=eu-west-2");
  }

  // What depends on the user

  @Test
  void schemaAndAction_otherUser_followIt() {
    DsqlConfig config = builder().endpoint(HOST).user("app").build();
    assertThat(config.schema()).isEqualTo("myschema");
    assertThat(config.tokenAction()).isEqualTo(TokenAction.DB_CONNECT);
  }

  @Test
  void tokenAction_userThatOnlyLooksLikeAdmin_isDbConnect() {
    assertThat(TokenAction.forUser("Admin")).isEqualTo(TokenAction.DB_CONNECT);
    assertThat(TokenAction.forUser("admin")).isEqualTo(TokenAction.DB_CONNECT_ADMIN);
  }

  @Test
  void toBuilder_otherUser_defaultsFollowGivenValuesStay() {
    DsqlConfig first = builder().url("dsql://" + HOST + ":6000").build();
    DsqlConfig second = first.toBuilder().user("app").build();
    assertThat(second.schema()).isEqualTo("myschema");
    assertThat(second.tokenAction()).isEqualTo(TokenAction.DB_CONNECT);
    assertThat(second.endpoint().port()).isEqualTo(6000);
    assertThat(first.user()).isEqualTo("admin");
  }

  @Test
  void toBuilder_builderUsedAgainAfterBuild_configUnchanged() {
    DsqlConfig.Builder builder = builder().endpoint(HOST);
    DsqlConfig first = builder.build();
    builder.user("app");
    assertThat(first.toBuilder().build().user()).isEqualTo("admin");
  }

  // Refusals

  @Test
  void build_noEndpoint_refusedWithWaysToNameIt() {
    assertThatThrownBy(() -> builder().build())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("CLUSTER_ENDPOINT")
        .hasMessageContaining("endpoint(...)")
        .hasMessageContaining("URL");
  }

  @Test
  void build_profileAndProvider_refused() {
    assertThatThrownBy(
            () ->
                builder()
                    .url("dsql://" + HOST + "?profile=dev")
                    .credentialsProvider(AnonymousCredentialsProvider.create())
                    .build())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("profile")
        .hasMessageContaining("credentialsProvider");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 604_801})
  void tokenLifetime_outOfRange_refused(long seconds) {
    assertRefused(b -> b.tokenLifetime(Duration.ofSeconds(seconds)), "tokenLifetime", "7 days");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 604_800})
  void tokenLifetime_limits_accepted(long seconds) {
    Duration limit = Duration.ofSeconds(seconds);
    assertThat(builder().endpoint(HOST).tokenLifetime(limit).build().tokenLifetime())
        .isEqualTo(limit);
  }

  @Test
  void tokenLifetime_fractionOfASecond_refused() {
    assertRefused(b -> b.tokenLifetime(Duration.ofMillis(1500)), "tokenLifetime", "fraction");
  }

  @Test
  void connectTimeout_outOfRange_refused() {
    assertRefused(b -> b.connectTimeout(Duration.ZERO), "connectTimeout", "1 hour");
    assertRefused(b -> b.connectTimeout(Duration.ofNanos(1)), "connectTimeout", "1 hour");
    assertRefused(b -> b.connectTimeout(Duration.ofHours(2)), "connectTimeout", "1 hour");
  }

  @Test
  void texts_blankOrNul_refused() {
    assertRefused(b -> b.user(" "), "user", "blank");
    assertRefused(b -> b.user("a\0b"), "user", "NUL");
    assertRefused(b -> b.database(""), "database", "blank");
    assertRefused(b -> b.schema(""), "schema", "blank");
    assertRefused(b -> b.profile(""), "profile", "blank");
    assertRefused(b -> b.applicationNamePrefix("\t"), "applicationNamePrefix", "blank");
  }

  @Test
  void schema_longerThanPostgreSqlKeeps_refused() {
    assertRefused(b -> b.schema("é".repeat(32)), "schema", "63 bytes");
    assertThat(builder().endpoint(HOST).schema("s".repeat(63)).build().schema()).hasSize(63);
  }

  @Test
  void applicationNamePrefix_notAscii_refused() {
    assertRefused(b -> b.applicationNamePrefix("böse"), "applicationNamePrefix", "ASCII");
    assertRefused(b -> b.applicationNamePrefix("a\nb"), "applicationNamePrefix", "ASCII");
  }

  @Test
  void setters_malformedHosts_refused() {
    assertRefused(b -> b.endpoint("10.0.0.1"), "endpoint", "IP address");
    assertRefused(b -> b.tokenHost("10.0.0.1"), "tokenHost", "IP address");
    assertRefused(b -> b.region("Frankfurt"), "region", "us-east-1");
    assertRefused(b -> b.port(0), "port", "65535");
  }

  private static void assertRefused(
      UnaryOperator<DsqlConfig.Builder> setter, String setting, String reason) {
    assertThatThrownBy(() -> setter.apply(builder()))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("Setting " + setting + " (builder)")
        .hasMessageContaining(reason);
  }

  @Test
  @SuppressWarnings("NullAway") // the point of the test
  void setters_null_refused() {
    assertThatThrownBy(() -> builder().user(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("user");
  }

  // Environment

  @ParameterizedTest
  @CsvSource({"abc", "99999999999999999999", "-1", "5432.0", "0", "65536", "' 1'"})
  void environment_badPort_refusedNotNumberFormatException(String port) {
    assertThatThrownBy(
            () ->
                DsqlConfig.fromEnvironment(Map.of("CLUSTER_ENDPOINT", HOST, "CLUSTER_PORT", port)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("environment variable CLUSTER_PORT");
  }

  @Test
  void environment_emptyVariables_notSet() {
    DsqlConfig config =
        builder()
            .environment(
                Map.of(
                    "CLUSTER_ENDPOINT", HOST,
                    "CLUSTER_USER", "",
                    "CLUSTER_PORT", "",
                    "CLUSTER_CA_FILE", "",
                    "AWS_REGION", ""))
            .build();
    assertThat(config.user()).isEqualTo("admin");
    assertThat(config.endpoint().port()).isEqualTo(5432);
    assertThat(config.caFile()).isEmpty();
  }

  @Test
  void fromEnvironment_ofThisProcess_hasNoCluster() {
    // The build keeps CLUSTER_ENDPOINT away from the tests.
    assertThatThrownBy(DsqlConfig::fromEnvironment)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("CLUSTER_ENDPOINT");
  }
}
