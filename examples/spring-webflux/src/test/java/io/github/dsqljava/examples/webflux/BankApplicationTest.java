package io.github.dsqljava.examples.webflux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.publisher.Flux;

/** The whole service, by HTTP, on a local cluster. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
class BankApplicationTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Value("${local.server.port}")
  private int port;

  @Autowired private Accounts accounts;
  private WebClient client;

  @BeforeEach
  void connect() {
    client = WebClient.create("http://localhost:" + port);
    accounts.deleteAll().block(LIMIT);
  }

  private Account open(String owner, long cents) {
    return post("/accounts?owner=" + owner + "&cents=" + cents).block(LIMIT);
  }

  private reactor.core.publisher.Mono<Account> post(String uri) {
    return client.post().uri(uri).retrieve().bodyToMono(Account.class);
  }

  private static String transfer(Account from, Account to, long cents) {
    return "/transfers?from=" + from.id() + "&to=" + to.id() + "&cents=" + cents;
  }

  private double retries() {
    String text =
        client
            .get()
            .uri("/actuator/metrics/dsql.transaction.retries?tag=kind:conflict&tag=pool:spring")
            .retrieve()
            .bodyToMono(String.class)
            .block(LIMIT);
    return Double.parseDouble(text.replaceFirst(".*\"value\":([0-9.]+).*", "$1"));
  }

  @Test
  void transfersThatMeet_allCount_andTheMetricSaysHowManyRanAgain() {
    Account ann = open("ann", 1_000_000);
    Account bob = open("bob", 0);
    long moved = 0;
    long end = System.nanoTime() + LIMIT.toNanos();
    while (retries() == 0) {
      assertThat(System.nanoTime()).as("no conflict in %d transfers", moved).isLessThan(end);
      List<Account> left =
          Flux.range(0, 6).flatMap(i -> post(transfer(ann, bob, 1))).collectList().block(LIMIT);
      moved += Objects.requireNonNull(left).size();
    }
    assertThat(cents(ann)).isEqualTo(1_000_000 - moved);
    assertThat(cents(bob)).isEqualTo(moved);
  }

  private long cents(Account account) {
    Account now =
        client
            .get()
            .uri("/accounts/" + account.id())
            .retrieve()
            .bodyToMono(Account.class)
            .block(LIMIT);
    return Objects.requireNonNull(now).cents();
  }

  @Test
  void tooLargeTransfer_isRefused_andMovesNothing() {
    Account ann = open("ann", 10);
    Account bob = open("bob", 0);
    assertThatThrownBy(() -> post(transfer(ann, bob, 11)).block(LIMIT))
        .isInstanceOf(WebClientResponseException.BadRequest.class);
    assertThat(cents(ann)).isEqualTo(10);
    assertThat(cents(bob)).isZero();
  }

  @Test
  void health_showsThePool() {
    assertThat(
            client.get().uri("/actuator/health").retrieve().bodyToMono(String.class).block(LIMIT))
        .contains("\"dsql\"")
        .contains("\"status\":\"UP\"");
  }
}
