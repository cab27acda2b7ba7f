package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.spi.TokenSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.util.ClearSystemProperty;
import org.junit.jupiter.api.util.RestoreSystemProperties;

/**
 * Regions and credentials found by the AWS SDK's own code, in files of the test and in system
 * properties; nothing asks the network.
 */
@RestoreSystemProperties
@ClearSystemProperty(key = "aws.region")
@ClearSystemProperty(key = "aws.profile")
@ClearSystemProperty(key = "aws.accessKeyId")
@ClearSystemProperty(key = "aws.secretAccessKey")
@ClearSystemProperty(key = "aws.sessionToken")
class AwsFilesTest {

  @TempDir private Path directory;

  @BeforeEach
  void writeFiles() throws IOException {
    Path config = directory.resolve("config");
    Files.writeString(
        config,
        """
        [default]
        region = eu-north-1

        [profile work]
        region = ap-south-1

        [profile nowhere]
        """);
    Path credentials = directory.resolve("credentials");
    Files.writeString(
        credentials,
        """
        [default]
        aws_access_key_id = AKIDDEFAULT
        aws_secret_access_key = secret1

        [work]
        aws_access_key_id = AKIDWORK
        aws_secret_access_key = secret2
        """);
    System.setProperty("aws.disableEc2Metadata", "true");
    System.setProperty("aws.configFile", config.toString());
    System.setProperty("aws.sharedCredentialsFile", credentials.toString());
  }

  /** A host that does not tell its region. */
  private static DsqlConfig.Builder builder() {
    return DsqlConfig.builder().endpoint("localhost");
  }

  private static String region(DsqlConfig.Builder builder) {
    return builder.build().endpoint().region();
  }

  // Regions

  @Test
  void region_namedNowhere_thatOfTheDefaultProfile() {
    assertThat(region(builder())).isEqualTo("eu-north-1");
  }

  @Test
  void region_profileNamed_thatOfTheProfile() {
    assertThat(region(builder().profile("work"))).isEqualTo("ap-south-1");
  }

  @Test
  void region_systemPropertySet_winsOverTheFile() {
    System.setProperty("aws.region", "ca-central-1");
    assertThat(region(builder())).isEqualTo("ca-central-1");
  }

  @Test
  void region_namedNearer_chainIsNotAsked() {
    assertThat(region(builder().region("us-west-2"))).isEqualTo("us-west-2");
    assertThat(region(builder().environment(Map.of("AWS_REGION", "us-east-2"))))
        .isEqualTo("us-east-2");
    assertThat(region(builder().endpoint("abcdefghijklmnopqrstuvwx12.dsql.eu-west-2.on.aws")))
        .isEqualTo("eu-west-2");
  }

  @Test
  void region_profileWithoutRegion_refused() {
    DsqlConfig.Builder builder = builder().profile("nowhere");
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("three ways");
  }

  // Credentials

  private static String tokenOf(DsqlConfig.Builder builder) {
    try (TokenSource tokens = TokenSource.of(builder.region("us-east-1").build())) {
      return tokens.token().join().value();
    }
  }

  @Test
  void token_profileNamed_signedWithItsKey() {
    assertThat(tokenOf(builder().profile("work"))).contains("X-Amz-Credential=AKIDWORK%2F");
  }

  @Test
  void token_profileNamedAndKeyInTheSurroundings_profileWins() {
    System.setProperty("aws.accessKeyId", "AKIDPROPERTY");
    System.setProperty("aws.secretAccessKey", "secret3");
    assertThat(tokenOf(builder().profile("work"))).contains("X-Amz-Credential=AKIDWORK%2F");
  }

  @Test
  void token_nothingNamed_signedWithTheKeyOfTheDefaultChain() {
    System.setProperty("aws.accessKeyId", "AKIDPROPERTY");
    System.setProperty("aws.secretAccessKey", "secret3");
    assertThat(tokenOf(builder())).contains("X-Amz-Credential=AKIDPROPERTY%2F");
  }
}
