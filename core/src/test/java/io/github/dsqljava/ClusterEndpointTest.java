package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterEndpointTest {

  private static final String ID = "abcdefghijklmnopqrstuvwx12";
  private static final String HOST = ID + ".dsql.eu-west-2.on.aws";

  @Test
  void of_publicHost_regionAndIdFromName() {
    assertThat(ClusterEndpoint.of(HOST))
        .isEqualTo(new ClusterEndpoint(HOST, 5432, "eu-west-2", Optional.of(ID)));
  }

  @Test
  void of_privateLinkHost_regionAndIdFromName() {
    String host = ID + ".dsql-fnh4.us-east-1.on.aws";
    assertThat(ClusterEndpoint.of(host))
        .isEqualTo(new ClusterEndpoint(host, 5432, "us-east-1", Optional.of(ID)));
  }

  @Test
  void of_bareClusterIdAndRegion_hostIsBuilt() {
    assertThat(ClusterEndpoint.of(ID, "eu-west-2")).isEqualTo(ClusterEndpoint.of(HOST));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "db.example.com", "db", "xn--bcher-kva.example"})
  void of_otherHostAndRegion_kept(String host) {
    assertThat(ClusterEndpoint.of(host, "eu-west-2"))
        .isEqualTo(new ClusterEndpoint(host, 5432, "eu-west-2", Optional.empty()));
  }

  @Test
  void of_upperCaseHost_lowered() {
    assertThat(ClusterEndpoint.of(HOST.toUpperCase(java.util.Locale.ROOT)).host()).isEqualTo(HOST);
  }

  @Test
  void of_regionThatContradictsTheHost_explicitWins() {
    ClusterEndpoint endpoint = ClusterEndpoint.of(HOST, "us-east-1");
    assertThat(endpoint.host()).isEqualTo(HOST);
    assertThat(endpoint.region()).isEqualTo("us-east-1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "db.example.com",
        "localhost",
        ID,
        "tooshort.dsql.us-east-1.on.aws",
        ID + ".dsql.us-east-1.on.aws.example.com",
        "x." + ID + ".dsql.us-east-1.on.aws",
        ID + ".sql.us-east-1.on.aws"
      })
  void of_noRegion_messageNamesTheThreeWays(String host) {
    assertThatThrownBy(() -> ClusterEndpoint.of(host))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(host)
        .hasMessageContaining("explicitly")
        .hasMessageContaining("full host name")
        .hasMessageContaining("AWS_REGION");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "::1",
        "[::1]",
        "[fe80::1]",
        "a.1"
      })
  void of_ipAddress_refusedWithReason(String host) {
    assertThatThrownBy(() -> ClusterEndpoint.of(host, "us-east-1"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("IP address")
        .hasMessageContaining("SNI");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          '',                     blank
          ' ',                    blank
          https://db.example.com, scheme
          db.example.com:5432,    setting port
          db.example.com.,        dot
          db..example.com,        no host name
          -db.example.com,        no host name
          db_1.example.com,       no host name
          'a,b',                  no host name
          'a b',                  no host name
          bücher.example,         xn--
          """)
  void of_malformedHost_refused(String host, String reason) {
    assertThatThrownBy(() -> ClusterEndpoint.of(host, "us-east-1"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void of_hostOfMoreThan253Characters_refused() {
    String host = "a23456789.".repeat(26) + "example";
    assertThatThrownBy(() -> ClusterEndpoint.of(host, "us-east-1"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("253");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "US-EAST-1", "us east 1", "us-", "-us", "us.east"})
  void of_malformedRegion_refused(String region) {
    assertThatThrownBy(() -> ClusterEndpoint.of("localhost", region))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("us-east-1");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65_536})
  void withPort_outOfRange_refused(int port) {
    assertThatThrownBy(() -> ClusterEndpoint.of(HOST).withPort(port))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("1 to 65535");
  }

  @Test
  void withPort_inRange_addressHasIt() {
    assertThat(ClusterEndpoint.of("localhost", "us-east-1").withPort(65_535).address())
        .isEqualTo("localhost:65535");
  }

  @Test
  void constructor_malformedClusterId_refused() {
    assertThatThrownBy(() -> new ClusterEndpoint("localhost", 1, "us-east-1", Optional.of("short")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("26");
  }

  @Test
  void resolve_hostShowsRegion_fallbackNotAsked() {
    AtomicInteger asked = new AtomicInteger();
    ClusterEndpoint endpoint =
        ClusterEndpoint.resolve(
            HOST,
            1,
            Optional.empty(),
            () -> {
              asked.incrementAndGet();
              return Optional.of("us-east-1");
            });
    assertThat(endpoint.region()).isEqualTo("eu-west-2");
    assertThat(asked).hasValue(0);
  }

  @Test
  void resolve_noOtherRegion_fallbackDecides() {
    ClusterEndpoint endpoint =
        ClusterEndpoint.resolve(ID, 1, Optional.empty(), () -> Optional.of("ap-south-1"));
    assertThat(endpoint.host()).isEqualTo(ID + ".dsql.ap-south-1.on.aws");
  }
}
