package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no data while COPY waits for data. */
class CopyBadInputTest extends FaultFixture {
  @ParameterizedTest
  @CsvSource({"Q, false", "B, false", "F, false", "Q, true", "B, true", "F, true"})
  void messageWhileCopyWaitsForData_endsTheConnection(char type, boolean armed) throws Exception {
    if (armed) {
      faults.loseCommitAnswers(1);
    }
    try (RawClient client = loggedIn()) {
      client.sendText('Q', "COPY t FROM STDIN");
      client.expect('G');
      client.send(new Pipeline().message(type, new byte[] {'S', 0, 0, 0, 0, 0, 0, 0}).bytes());
      List<String> answers = answersUntilClosed(client);
      assertThat(answers.get(0)).startsWith("E 08P01 unexpected message type 0x");
      assertThat(answers.get(1)).startsWith("E FATAL 08P01 ");
    }
    faults.clear();
    assertThat(rows()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void messageBeforeCopyAsksForData_doesNotHang(boolean armed) throws Exception {
    if (armed) {
      faults.loseCommitAnswers(1);
    }
    try (RawClient client = loggedIn()) {
      Pipeline pipeline =
          new Pipeline()
              .query("COPY t FROM STDIN")
              .bind("", "")
              .message('d', "1\n".getBytes(StandardCharsets.UTF_8))
              .message('f', new byte[1])
              .sync()
              .query("SELECT 'last'");
      client.send(pipeline.bytes());
      // As PostgreSQL does, or the data first: either way there is an end.
      for (String answer = ""; !answer.equals("D last") && !answer.startsWith("E FATAL"); ) {
        answer = text(client.read());
      }
    }
    faults.clear();
    assertThat(rows()).isEmpty();
  }
}
