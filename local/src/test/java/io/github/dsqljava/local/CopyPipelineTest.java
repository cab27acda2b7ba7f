package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.frontend.Pipeline;
import io.github.dsqljava.local.frontend.RawClient;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Data of COPY among other messages, sent without waiting, and COPY that fails in its middle. */
class CopyPipelineTest extends FaultFixture {
  private static byte[] data(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void statementBehindBadData_doesNotReachPostgresqlUnjudged(boolean extended) throws Exception {
    try (Connection admin = Jdbc.connect(cluster, "admin")) {
      Jdbc.execute(admin, "INSERT INTO t VALUES (7)");
    }
    try (RawClient client = loggedIn()) {
      Pipeline copy = new Pipeline();
      client.send(
          (extended ? copy.run("COPY t FROM STDIN").sync() : copy.query("COPY t FROM STDIN"))
              .bytes());
      while (client.read().type() != 'G') {
        // up to the request for data
      }
      Pipeline rest = new Pipeline().message('d', data("bad\n"));
      rest = extended ? rest.sync() : rest;
      client.send(rest.query("TRUNCATE t").message('X').bytes());
      assertThat(answersUntilClosed(client))
          .contains("E 22P02 invalid input syntax for type integer: \"bad\"")
          .doesNotContain("C TRUNCATE TABLE");
    }
    assertThat(rows()).containsExactly("7");
  }

  @Test
  void syncBehindAnErrorInTheMiddle_isAnsweredOnce() throws Exception {
    for (boolean atOnce : new boolean[] {false, true}) {
      try (RawClient client = loggedIn()) {
        client.send(new Pipeline().run("COPY t FROM STDIN").sync().bytes());
        client.expect('1');
        client.expect('2');
        client.expect('G');
        Pipeline bad = new Pipeline().message('d', data("bad\n"));
        client.send((atOnce ? bad.sync() : bad).bytes());
        client.expect('E');
        Pipeline rest = atOnce ? new Pipeline() : new Pipeline().sync();
        assertThat(answers(client, rest.query("SELECT 'next'"), 2))
            .containsExactly("Z I", "T", "D next", "C SELECT 1", "Z I");
      }
    }
  }

  @Test
  void dataBehindAnErrorInTheMiddle_isIgnored() throws Exception {
    try (RawClient client = loggedIn()) {
      client.send(new Pipeline().run("COPY t FROM STDIN").sync().bytes());
      client.expect('1');
      client.expect('2');
      client.expect('G');
      client.send(new Pipeline().message('d', data("bad\n")).bytes());
      client.expect('E');
      Pipeline rest = new Pipeline().message('d', data("1\n")).message('c').sync();
      assertThat(answers(client, rest.query("SELECT 'next'"), 2))
          .containsExactly("Z I", "T", "D next", "C SELECT 1", "Z I");
    }
    assertThat(rows()).isEmpty();
  }

  @Test
  void syncAmongGoodData_isIgnored() throws Exception {
    try (RawClient client = loggedIn()) {
      client.send(new Pipeline().run("COPY t FROM STDIN").sync().bytes());
      client.expect('1');
      client.expect('2');
      client.expect('G');
      Pipeline rest = new Pipeline().message('d', data("1\n")).sync().flush().message('c').sync();
      assertThat(answers(client, rest.query("SELECT 'next'"), 2))
          .containsExactly("C COPY 1", "Z I", "T", "D next", "C SELECT 1", "Z I");
    }
    assertThat(rows()).containsExactly("1");
  }

  @Test
  void severalCopies_eachGetsItsData_andGoodbyeComesLast() throws Exception {
    try (RawClient client = loggedIn()) {
      Pipeline pipeline =
          new Pipeline()
              .query("COPY t FROM STDIN")
              .message('d', data("1\n"))
              .message('c')
              .query("COPY t FROM STDIN; COPY t FROM STDIN")
              .message('d', data("2\n"))
              .message('c')
              .message('d', data("3\n"))
              .message('c')
              .query("INSERT INTO t VALUES (4)")
              .message('X');
      client.send(pipeline.bytes());
      assertThat(answersUntilClosed(client))
          .containsExactly(
              "G",
              "C COPY 1",
              "Z I",
              "G",
              "C COPY 1",
              "G",
              "C COPY 1",
              "Z I",
              "C INSERT 0 1",
              "Z I");
    }
    assertThat(rows()).containsExactly("1", "2", "3", "4");
  }
}
