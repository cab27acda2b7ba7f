package io.github.dsqljava;

import io.github.dsqljava.spi.TokenSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Signs login tokens for Aurora DSQL: a SigV4 presigned request for {@code https://<host>/} with
 * the scheme cut off, the same that the AWS SDK's own DSQL utilities make. Signing is pure
 * computation, without any call to AWS, and safe to use from several threads.
 *
 * <pre>{@code
 * AuthToken token = TokenSigner.create().sign(
 *     "abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws", "us-east-1",
 *     TokenAction.DB_CONNECT, Duration.ofMinutes(15), credentials);
 * }</pre>
 *
 * <p>Within the connector {@link TokenSource} does this for each connection; use the signer alone
 * for other clients, such as psql with PGPASSWORD.
 *
 * <p><b>Logging.</b> This class logs nothing. But the AWS SDK's logger {@code
 * software.amazon.awssdk.http.auth.aws.internal.signer.DefaultV4RequestSigner} writes the request
 * it signs at DEBUG, and the session token of temporary credentials with it (neither the secret key
 * nor the signature, so not enough to log in). Keep that logger above DEBUG where session
 * credentials are used.
 */
public final class TokenSigner {

  private static final String SIGNING_NAME = "dsql";
  private static final String SCHEME = "https://";

  private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();
  private final InstantSource clock;

  private TokenSigner(InstantSource clock) {
    this.clock = clock;
  }

  /** A signer with the system clock. */
  public static TokenSigner create() {
    return withClock(InstantSource.system());
  }

  /** A signer with another clock, for tests and for machines with a known skew. */
  public static TokenSigner withClock(InstantSource clock) {
    return new TokenSigner(clock);
  }

  /**
   * Signs one token. The token never outlives the credentials: if they expire before {@code
   * lifetime} is over, so does the token.
   *
   * @param host the host name to sign for, without port
   * @param region the region of the cluster
   * @param action the action that the token allows
   * @param lifetime 1 second to 7 days, whole seconds
   * @param credentials an access key, with a session token or without
   * @throws InvalidConfigurationException if host, region or lifetime is malformed
   * @throws CredentialsException if the credentials have expired or are anonymous
   */
  public AuthToken sign(
      String host,
      String region,
      TokenAction action,
      Duration lifetime,
      AwsCredentialsIdentity credentials) {
    String checkedHost = Setting.TOKEN_HOST.accept(host, "TokenSigner");
    String checkedRegion = Setting.REGION.accept(region, "TokenSigner");
    Setting.TOKEN_LIFETIME.accept(lifetime, "TokenSigner");
    if (credentials.accessKeyId() == null || credentials.secretAccessKey() == null) {
      throw new CredentialsException(
          "The AWS credentials are anonymous, without an access key; Aurora DSQL needs those of an"
              + " IAM user or role",
          null);
    }
    // SigV4 dates have whole seconds.
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Duration capped = cap(lifetime, now, credentials);
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .method(SdkHttpMethod.GET)
            .protocol("https")
            .host(checkedHost)
            .encodedPath("/")
            .putRawQueryParameter("Action", action.toString())
            .build();
    String url =
        signer
            .sign(
                sign ->
                    sign.identity(credentials)
                        .request(request)
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, SIGNING_NAME)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, checkedRegion)
                        .putProperty(AwsV4HttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, capped)
                        .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(now, ZoneOffset.UTC)))
            .request()
            .getUri()
            .toString();
    return new AuthToken(url.substring(SCHEME.length()), now.plus(capped));
  }

  private static Duration cap(Duration lifetime, Instant now, AwsCredentialsIdentity credentials) {
    Instant expiry = credentials.expirationTime().orElse(Instant.MAX);
    if (expiry.equals(Instant.MAX) || !expiry.isBefore(now.plus(lifetime))) {
      return lifetime;
    }
    Duration left = Duration.ofSeconds(now.until(expiry, ChronoUnit.SECONDS));
    if (left.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new CredentialsException(
          "The AWS credentials expired at "
              + expiry
              + "; now it is "
              + now
              + ". Renew them (for example with aws sso login), or let the credentials provider"
              + " refresh them",
          null);
    }
    return left;
  }
}
