package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dsqljava.r2dbc.DsqlR2dbc;
import io.micrometer.core.instrument.MeterRegistry;
import io.r2dbc.spi.ConnectionFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;

/** The program of docs/spring.md, as it stands there, meets a conflict and answers all the same. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class AppTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Value("${local.server.port}")
  int port;

  @Value("${program}")
  Path program;

  @Autowired DatabaseClient database;
  @Autowired MeterRegistry meters;
  @Autowired ConnectionFactory connections;

  @Test
  void requestsThatMeet_areAllCounted_andTheRetriesToo() {
    WebClient client = WebClient.create("http://localhost:" + port);
    long sent = 0;
    long end = System.nanoTime() + LIMIT.toNanos();
    while (retries() == 0) {
      assertTrue(System.nanoTime() < end, "no conflict in " + sent + " requests");
      List<Long> values =
          Flux.range(0, 8)
              .flatMap(
                  i -> client.post().uri("/counters/visits").retrieve().bodyToMono(Long.class))
              .collectList()
              .block(LIMIT);
      sent += values.size();
    }
    long stored =
        database
            .sql("SELECT value FROM counters")
            .map(row -> row.get(0, Long.class))
            .one()
            .block(LIMIT);
    assertEquals(sent, stored);
    assertEquals(DsqlR2dbc.class, connections.getClass());
  }

  private double retries() {
    return meters.get("dsql.transaction.retries").tag("kind", "conflict").tag("pool", "spring").counter().count();
  }

  /** The program, its settings and its table. */
  @Test
  void program_isShort() throws Exception {
    assertTrue(program.endsWith("webflux/main/java/com/example/App.java"), program.toString());
    Path resources = program.resolve("../../../../../resources").normalize();
    long count = 0;
    for (Path file :
        List.of(
            program,
            resources.resolve("application.properties"),
            resources.resolve("schema.sql"))) {
      try (Stream<String> lines = Files.lines(file)) {
        count += lines.filter(line -> !line.isBlank()).count();
      }
    }
    assertTrue(count < 40, count + " lines");
  }

  @Test
  void nobodyGetsVertx_whoDidNotAskForIt() {
    assertFalse(ClassUtils.isPresent("io.vertx.core.Vertx", null));
  }
}
