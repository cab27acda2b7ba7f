package io.github.dsqljava;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.spi.TokenSource;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** What ends up in the logs, ours and the SDK's, when a token is made: nothing to log in with. */
class SecretsInLogsTest {

  // Letters and digits only, so that no encoding can hide them.
  private static final String SECRET_KEY = "verySecretKey0123456789";
  private static final String SESSION_TOKEN = "sessionTokenOfTheTest0123456789";

  /** Documented in the Javadoc of {@link TokenSigner}. */
  private static final String SDK_SIGNER =
      "software.amazon.awssdk.http.auth.aws.internal.signer.DefaultV4RequestSigner";

  private final Logger root = Logger.getLogger("");
  private final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();
  private final List<Handler> handlersBefore = List.of(root.getHandlers());
  private final Level levelBefore = root.getLevel();

  private final Handler collector =
      new Handler() {
        @Override
        public void publish(LogRecord logged) {
          records.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void collectEverything() {
    handlersBefore.forEach(root::removeHandler); // keeps the build's output short
    root.addHandler(collector);
    collector.setLevel(Level.ALL);
    root.setLevel(Level.ALL);
  }

  @AfterEach
  void restore() {
    root.removeHandler(collector);
    handlersBefore.forEach(root::addHandler);
    root.setLevel(levelBefore);
  }

  /** The text as a handler would print it, with the stack trace, and each raw parameter. */
  private static String text(LogRecord logged) {
    StringWriter text = new StringWriter();
    text.write(new SimpleFormatter().formatMessage(logged));
    if (logged.getParameters() != null) {
      for (Object parameter : logged.getParameters()) {
        text.write("\n" + parameter);
      }
    }
    if (logged.getThrown() != null) {
      logged.getThrown().printStackTrace(new PrintWriter(text, true));
    }
    return text.toString();
  }

  private Stream<LogRecord> recordsWith(String secret) {
    return records.stream().filter(logged -> text(logged).contains(secret));
  }

  @Test
  void token_everyLevelLogged_onlyTheSdksSignerShowsTheSessionToken() {
    DsqlConfig config =
        DsqlConfig.builder()
            .endpoint("localhost")
            .region("us-east-1")
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsSessionCredentials.create("AKID", SECRET_KEY, SESSION_TOKEN)))
            .build();
    AuthToken token;
    try (TokenSource tokens = TokenSource.of(config)) {
      token = tokens.token().join();
    }
    assertThat(token.value()).contains(SESSION_TOKEN, "X-Amz-Signature=");
    String signature = token.value().replaceFirst(".*X-Amz-Signature=([0-9a-f]+).*", "$1");

    for (String secret : List.of(SECRET_KEY, "X-Amz-Signature", signature, token.value())) {
      assertThat(recordsWith(secret)).as("records with %s", secret).isEmpty();
    }
    // Not empty, which also shows that the SDK's records at DEBUG do arrive here.
    assertThat(recordsWith(SESSION_TOKEN))
        .isNotEmpty()
        .allSatisfy(
            logged -> {
              assertThat(logged.getLoggerName()).isEqualTo(SDK_SIGNER);
              assertThat(logged.getLevel().intValue()).isLessThan(Level.INFO.intValue());
            });
  }

  @Test
  void token_providerFails_nothingSecretAndNoTokenLogged() {
    DsqlConfig config =
        DsqlConfig.builder()
            .endpoint("localhost")
            .region("us-east-1")
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsSessionCredentials.builder()
                        .accessKeyId("AKID")
                        .secretAccessKey(SECRET_KEY)
                        .sessionToken(SESSION_TOKEN)
                        .expirationTime(Instant.EPOCH)
                        .build()))
            .build();
    try (TokenSource tokens = TokenSource.of(config)) {
      assertThat(tokens.token()).failsWithin(Duration.ofSeconds(20));
    }
    assertThat(recordsWith(SECRET_KEY)).isEmpty();
    assertThat(recordsWith(SESSION_TOKEN)).isEmpty();
  }
}
