package io.github.dsqljava.local.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AwsCredentialsTest {
  private static final Map<String, String> VARIABLES =
      Map.of("AWS_ACCESS_KEY_ID", "AKIAENV", "AWS_SECRET_ACCESS_KEY", "env");

  @TempDir Path home;

  @BeforeEach
  void files() throws Exception {
    Path aws = Files.createDirectory(home.resolve(".aws"));
    Files.writeString(
        aws.resolve("credentials"),
        """
        # a comment
        [default]
        aws_access_key_id = AKIADEFAULT
        aws_secret_access_key=a/b+c=
        [temporary]
        aws_access_key_id = ASIA
        aws_secret_access_key = s
        aws_session_token = t==
        """);
    Files.writeString(
        aws.resolve("config"),
        """
        [default]
        region = eu-west-1
        s3 =
          region = nested
        [profile process]
        credential_process = printf '{"Version": 1, "AccessKeyId": "AKIAP", "SecretAccessKey": "a\\\\/b", "Expiration": "x"}'
        [profile broken]
        credential_process = exit 7
        [profile sso]
        sso_session = mine
        region = us-west-2
        """);
  }

  private AwsKeys keys(Map<String, String> environment, String... profile) throws Exception {
    return new AwsCredentials(environment, home)
        .find(Optional.of(profile).filter(p -> p.length > 0).map(p -> p[0]));
  }

  @Test
  void environment_comesFirst_unlessAProfileIsAskedFor() throws Exception {
    assertThat(keys(VARIABLES)).isEqualTo(new AwsKeys("AKIAENV", "env", Optional.empty()));
    assertThat(keys(VARIABLES, "default").accessKeyId()).isEqualTo("AKIADEFAULT");
    assertThat(keys(Map.of("AWS_PROFILE", "temporary")))
        .isEqualTo(new AwsKeys("ASIA", "s", Optional.of("t==")));
  }

  @Test
  void file_isTheUsersOrTheOneThatTheEnvironmentNames() throws Exception {
    assertThat(keys(Map.of()).secretAccessKey()).isEqualTo("a/b+c=");
    Path other =
        Files.writeString(
            home.resolve("other"), "[default]\naws_access_key_id=O\naws_secret_access_key=p\n");
    assertThat(keys(Map.of("AWS_SHARED_CREDENTIALS_FILE", other.toString())).accessKeyId())
        .isEqualTo("O");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void process_printsKeys() throws Exception {
    assertThat(keys(Map.of(), "process")).isEqualTo(new AwsKeys("AKIAP", "a/b", Optional.empty()));
    assertThatThrownBy(() -> keys(Map.of(), "broken"))
        .hasMessage(
            "credential_process of the profile \"broken\" ended with code 7 and printed no keys");
  }

  @Test
  void whatOnlyTheCliKnows_isSaid() {
    assertThatThrownBy(() -> keys(Map.of(), "sso"))
        .isInstanceOf(ConformanceException.class)
        .hasMessageContaining("profile \"sso\"")
        .hasMessageContaining("aws configure export-credentials --profile sso");
  }

  @Test
  void region_isThatOfTheEnvironmentOrTheProfile() throws Exception {
    AwsCredentials files = new AwsCredentials(Map.of(), home);
    assertThat(files.region(Optional.empty())).contains("eu-west-1");
    assertThat(files.region(Optional.of("sso"))).contains("us-west-2");
    assertThat(files.region(Optional.of("none"))).isEmpty();
    assertThat(new AwsCredentials(Map.of("AWS_REGION", "x"), home).region(Optional.of("sso")))
        .contains("x");
  }

  @Test
  void endpoint_hasTheRegionInItsName() throws Exception {
    Endpoint local = Endpoint.parse("127.0.0.1:77");
    assertThat(local.isLoopback()).isTrue();
    assertThat(local.port()).isEqualTo(77);
    assertThat(local.region()).isEmpty();
    Endpoint other = Endpoint.parse("192.0.2.1");
    assertThat(other.isLoopback()).isFalse();
    assertThat(other.port()).isEqualTo(5432);
    String host = "abcdefghijklmnopqrstuvwxyz.dsql.eu-central-1.on.aws";
    assertThat(new Endpoint(host, 5432, java.util.List.of()).region()).contains("eu-central-1");
    assertThatThrownBy(() -> Endpoint.parse("localhost:x"))
        .hasMessage("--endpoint is \"localhost:x\", not a host or host:port");
  }

  @Test
  void secrets_areInNoText() {
    assertThat(new AwsKeys("AKIA", "hidden", Optional.of("hidden")).toString())
        .doesNotContain("hidden");
  }
}
