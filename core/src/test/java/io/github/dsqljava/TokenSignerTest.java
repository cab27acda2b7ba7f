package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dsql.DsqlUtilities;

class TokenSignerTest {

  private static final Pattern DATE = Pattern.compile("X-Amz-Date=([0-9TZ]+)");
  private static final Pattern EXPIRES = Pattern.compile("X-Amz-Expires=([0-9]+)");
  private static final DateTimeFormatter AWS_DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");
  private static final Instant NOW = Instant.parse("2026-11-22T10:15:30.750Z");
  private static final AwsBasicCredentials KEY = AwsBasicCredentials.create("AKID", "s3cret");

  /**
   * The official token has the official clock in it, so ours is signed at the moment it names; and
   * for the lifetime it names, which is a second short when that clock ticks while it is made.
   */
  @ParameterizedTest
  @EnumSource(TokenAction.class)
  void sign_sameMoment_equalsTokenOfDsqlUtilities(TokenAction action) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 200; i++) {
      String host = host(random);
      String region = pick(random, "us-east-1", "eu-central-1", "ap-northeast-3", "us-gov-west-1");
      Duration lifetime = Duration.ofSeconds(1 + random.nextInt(604_800));
      AwsCredentials credentials = credentials(random);

      String official = official(action, host, region, lifetime, credentials);
      Duration signedFor = lifetimeOf(official);
      AuthToken ours =
          TokenSigner.withClock(() -> dateOf(official))
              .sign(host, region, action, signedFor, credentials);

      assertThat(signedFor)
          .as("seed %d, case %d", seed, i)
          .isBetween(lifetime.minusSeconds(1), lifetime);
      assertThat(parts(ours.value())).as("seed %d, case %d", seed, i).isEqualTo(parts(official));
      assertThat(ours.expiresAt()).isEqualTo(dateOf(official).plus(signedFor));
    }
  }

  /**
   * Host and parameters; their order differs between the SDK's old and new signer and means
   * nothing.
   */
  private static List<String> parts(String token) {
    return Arrays.stream(token.split("[?&]")).sorted().toList();
  }

  private static String official(
      TokenAction action,
      String host,
      String region,
      Duration lifetime,
      AwsCredentials credentials) {
    DsqlUtilities utilities =
        DsqlUtilities.builder()
            .region(Region.of(region))
            .credentialsProvider(StaticCredentialsProvider.create(credentials))
            .build();
    return action == TokenAction.DB_CONNECT
        ? utilities.generateDbConnectAuthToken(r -> r.hostname(host).expiresIn(lifetime))
        : utilities.generateDbConnectAdminAuthToken(r -> r.hostname(host).expiresIn(lifetime));
  }

  private static Duration lifetimeOf(String token) {
    Matcher expires = EXPIRES.matcher(token);
    assertThat(expires.find()).isTrue();
    return Duration.ofSeconds(Long.parseLong(expires.group(1)));
  }

  private static Instant dateOf(String token) {
    Matcher date = DATE.matcher(token);
    assertThat(date.find()).isTrue();
    return LocalDateTime.parse(date.group(1), AWS_DATE).toInstant(ZoneOffset.UTC);
  }

  private static String host(Random random) {
    String id = text(random, 26, "abcdefghijklmnopqrstuvwxyz0123456789");
    return pick(
        random, id + ".dsql.us-east-1.on.aws", id + ".dsql-fnh4.eu-west-1.on.aws", "localhost");
  }

  private static AwsCredentials credentials(Random random) {
    String base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    String key = "AKIA" + text(random, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
    String secret = text(random, 40, base64);
    return random.nextBoolean()
        ? AwsBasicCredentials.create(key, secret)
        : AwsSessionCredentials.create(key, secret, text(random, 200, base64) + "==");
  }

  private static String text(Random random, int length, String alphabet) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  private static String pick(Random random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static AuthToken sign(Duration lifetime, AwsCredentials credentials) {
    return TokenSigner.withClock(() -> NOW)
        .sign("localhost", "us-east-1", TokenAction.DB_CONNECT, lifetime, credentials);
  }

  private static AwsCredentials expiringAt(Instant expiry) {
    return AwsSessionCredentials.builder()
        .accessKeyId("AKID")
        .secretAccessKey("s3cret")
        .sessionToken("session")
        .expirationTime(expiry)
        .build();
  }

  @Test
  void sign_formOfTheToken_asTheServiceExpects() {
    assertThat(sign(Duration.ofMinutes(15), KEY).value())
        .startsWith("localhost/?Action=DbConnect&X-Amz-")
        .contains(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "X-Amz-Credential=AKID%2F20261122%2Fus-east-1%2Fdsql%2Faws4_request",
            "X-Amz-Date=20261122T101530Z",
            "X-Amz-Expires=900",
            "X-Amz-SignedHeaders=host",
            "X-Amz-Signature=");
  }

  @Test
  void sign_credentialsOutliveTheToken_fullLifetime() {
    AuthToken token = sign(Duration.ofSeconds(60), expiringAt(NOW.plusSeconds(60)));
    assertThat(token.value()).contains("X-Amz-Expires=60&");
    assertThat(token.expiresAt()).isEqualTo(Instant.parse("2026-11-22T10:16:30Z"));
  }

  @Test
  void sign_credentialsExpireEarlier_lifetimeCapped() {
    Instant expiry = Instant.parse("2026-11-22T10:17:30.900Z");
    AuthToken token = sign(Duration.ofMinutes(15), expiringAt(expiry));
    assertThat(token.value()).contains("X-Amz-Expires=120&");
    assertThat(token.expiresAt()).isEqualTo(Instant.parse("2026-11-22T10:17:30Z"));
  }

  @Test
  void sign_credentialsThatNeverExpire_fullLifetime() {
    assertThat(sign(Duration.ofDays(7), expiringAt(Instant.MAX)).value())
        .contains("X-Amz-Expires=604800&");
  }

  @Test
  void sign_expiredCredentials_refusedWithoutSecrets() {
    for (Instant expiry : List.of(NOW.minusSeconds(1), NOW.minusMillis(500), Instant.MIN)) {
      assertThatThrownBy(() -> sign(Duration.ofMinutes(15), expiringAt(expiry)))
          .isInstanceOf(CredentialsException.class)
          .hasMessageContaining("expired at " + expiry)
          .hasMessageNotContaining("s3cret");
    }
  }

  @Test
  void sign_anonymousCredentials_refused() {
    AwsCredentials anonymous = AnonymousCredentialsProvider.create().resolveCredentials();
    assertThatThrownBy(() -> sign(Duration.ofMinutes(15), anonymous))
        .isInstanceOf(CredentialsException.class)
        .hasMessageContaining("anonymous");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 604_801})
  void sign_lifetimeOutOfRange_refused(long seconds) {
    assertThatThrownBy(() -> sign(Duration.ofSeconds(seconds), KEY))
        .isInstanceOf(InvalidConfigurationException.class);
  }

  @Test
  void toString_doesNotShowTheToken() {
    assertThat(sign(Duration.ofMinutes(15), KEY).toString())
        .isEqualTo("AuthToken[expiresAt=2026-11-22T10:30:30Z]");
  }
}
