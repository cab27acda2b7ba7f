package io.github.dsqljava.benchmarks.jmh;

import io.github.dsqljava.AuthToken;
import io.github.dsqljava.TokenAction;
import io.github.dsqljava.TokenSigner;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dsql.DsqlUtilities;

/** Times the signing of a login token by this project and by the AWS SDK's module for DSQL. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TokenSigningBenchmark {
  private static final String HOST = "abcdefghijklmnopqrstuvwxyz.dsql.us-east-1.on.aws";
  private static final Duration LIFETIME = Duration.ofMinutes(15);

  private final AwsBasicCredentials credentials =
      AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "not-a-secret");
  private final TokenSigner signer = TokenSigner.create();
  private final DsqlUtilities utilities =
      DsqlUtilities.builder()
          .region(Region.US_EAST_1)
          .credentialsProvider(StaticCredentialsProvider.create(credentials))
          .build();

  /** Signs with this project's signer. */
  @Benchmark
  public AuthToken tokenSigner() {
    return signer.sign(HOST, "us-east-1", TokenAction.DB_CONNECT_ADMIN, LIFETIME, credentials);
  }

  /** Signs with the AWS SDK, as the official connector for JDBC does. */
  @Benchmark
  public String awsSdk() {
    return utilities.generateDbConnectAdminAuthToken(
        request -> request.hostname(HOST).region(Region.US_EAST_1).expiresIn(LIFETIME));
  }
}
