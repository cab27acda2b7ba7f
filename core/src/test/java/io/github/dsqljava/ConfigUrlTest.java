package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigUrlTest {

  private static final String HOST = "abcdefghijklmnopqrstuvwx12.dsql.eu-west-2.on.aws";

  @Test
  void parse_everyPart_read() {
    DsqlConfig config =
        DsqlConfig.fromUrl(
            "dsql://app@localhost:54320/postgres?region=us-east-1&profile=dev&schema=shop");
    assertThat(config.endpoint())
        .isEqualTo(ClusterEndpoint.of("localhost", "us-east-1").withPort(54320));
    assertThat(config.user()).isEqualTo("app");
    assertThat(config.database()).isEqualTo("postgres");
    assertThat(config.profile()).contains("dev");
    assertThat(config.schema()).isEqualTo("shop");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/postgres", "/postgres?", "?"})
  void parse_optionalTails_accepted(String tail) {
    assertThat(DsqlConfig.fromUrl("dsql://" + HOST + tail).database()).isEqualTo("postgres");
  }

  @Test
  void parse_noHost_leftToLowerLayers() {
    DsqlConfig config = DsqlConfig.builder().endpoint(HOST).url("dsql:///other").build();
    assertThat(config.database()).isEqualTo("other");
  }

  @Test
  void parse_percentEncoding_decodedAsUtf8() {
    DsqlConfig config =
        DsqlConfig.fromUrl(
            "dsql://a%40b%3Ac%2Fd%20%C3%A9@" + HOST + "/my%2Fdb?schema=x%26y%3Dz&profile=a+b");
    assertThat(config.user()).isEqualTo("a@b:c/d é");
    assertThat(config.database()).isEqualTo("my/db");
    assertThat(config.schema()).isEqualTo("x&y=z");
    assertThat(config.profile()).as("a plus is a plus").contains("a+b");
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          %,       user
          %4,      user
          %zz,     user
          %C3,     UTF-8
          %FF,     UTF-8
          """)
  void parse_badPercentEncoding_refused(String user, String reason) {
    assertRefused("dsql://" + user + "@" + HOST, reason);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          regoin,               region
          Region,               region
          token_duration_secs,  tokenDurationSecs
          token-duration-secs,  tokenDurationSecs
          sslnegotiation,       tlsNegotiation
          sslrootcert,          caFile
          application_name,     applicationNamePrefix
          ormPrefix,            applicationNamePrefix
          connect_timeout,      connectTimeoutSecs
          early_password,       earlyPassword
          search_path,          schema
          """)
  void parse_unknownKey_nearestKeyNamed(String key, String nearest) {
    assertThatThrownBy(() -> ConfigUrl.parse("dsql://" + HOST + "?" + key + "=s3cret"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("\"" + key + "\"; did you mean " + nearest + "?")
        .hasMessageContaining("Known keys: region, ")
        .hasMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @CsvSource({
    "sslmode=disable, verify-full",
    "sslmode=verify-full, remove it",
    "ssl=true, remove it",
    "user=app, before the host",
    "host=x, after ://",
    "port=1, after the host",
    "dbname=x, as the path",
    "database=x, as the path"
  })
  void parse_keyOfOtherClients_refusedWithWhatToDo(String pair, String reason) {
    assertRefused("dsql://" + HOST + "?" + pair, reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dsql://" + HOST + "?password=s3cret",
        "dsql://" + HOST + "?PassWord=s3cret",
        "dsql://" + HOST + "?pass=s3cret",
        "dsql://" + HOST + "?region=us-east-1&password=s3cret",
        "dsql://admin:s3cret@" + HOST,
        "dsql://:s3cret@" + HOST,
        "postgresql://admin:s3cret@" + HOST + "/postgres"
      })
  void parse_password_refusedWithoutShowingIt(String url) {
    assertThatThrownBy(() -> ConfigUrl.parse(url))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("must not contain a password")
        .hasMessageNotContaining("s3cret")
        .hasNoCause();
  }

  /** A password with a reserved character splits the URL in odd places; no piece may be shown. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "dsql://admin:s3/cret@h.example.com",
        "dsql://admin:s3?cret@h.example.com",
        "dsql://admin:s3#cret@h.example.com",
        "dsql://admin:s3@cret@h.example.com",
        "dsql://admin:s3cret",
        "dsql://admin:s3cret/postgres",
        "dsql:/admin:s3cret@h.example.com",
        "jdbc:postgresql://admin:s3cret@h.example.com"
      })
  void parse_brokenUrlWithPassword_noPieceShown(String url) {
    assertThatThrownBy(() -> ConfigUrl.parse(url))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageNotContaining("s3")
        .hasMessageNotContaining("cret")
        .hasNoCause();
  }

  @ParameterizedTest
  @CsvSource({
    "dsql://HOST#x, fragment",
    "dsql://HOST/a/b, path segment",
    "dsql://HOST?region=us-east-1&region=us-east-1, twice",
    "dsql://HOST?region, key=value",
    "dsql://HOST?=x, key=value",
    "dsql://HOST?region=us-east-1&&profile=x, key=value",
    "dsql://HOST?region=, region",
    "dsql://@HOST, blank",
    "dsql://my/app@HOST, %40",
    "dsql://a@b@HOST, %40",
    "dsql://HOST?profile=a@b, %40",
    "dsql://10.0.0.1, IP address",
    "dsql://[::1]:5432/postgres, IP address",
    "'dsql://a.example.com,b.example.com', no host name",
    "dsql://HOST:abc, whole number",
    "dsql://HOST:, whole number",
    "dsql://HOST:0, 65535",
    "dsql://HOST?tokenDurationSecs=1.5, whole number",
    "dsql://HOST?tokenDurationSecs=99999999999999999999, whole number",
    "dsql://HOST?tokenDurationSecs=0, 7 days",
    "dsql://HOST?tokenDurationSecs=604801, 7 days",
    "dsql://HOST?connectTimeoutSecs=0, 1 hour",
    "dsql://HOST?tokenAction=dbconnect, DbConnect or DbConnectAdmin",
    "dsql://HOST?tlsNegotiation=postgres, direct or sslrequest",
    "dsql://HOST?earlyPassword=yes, true or false",
    "dsql://HOST?earlyPassword=TRUE, true or false",
    "dsql://HOST?caFile=%00, NUL",
    "mysql://HOST, must begin with dsql://",
    "DSQL://HOST, must begin with dsql://"
  })
  void parse_malformed_refusedWithReason(String url, String reason) {
    assertRefused(url.replace("HOST", HOST), reason);
  }

  private static void assertRefused(String url, String reason) {
    assertThatThrownBy(() -> ConfigUrl.parse(url))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining("URL");
  }

  @ParameterizedTest
  @CsvSource({"'', '', 0", "a, '', 1", "'', ab, 2", "kitten, sitting, 3", "region, regoin, 2"})
  void distance_countsEdits(String from, String to, int edits) {
    assertThat(NearestName.distance(from, to)).isEqualTo(edits);
  }
}
