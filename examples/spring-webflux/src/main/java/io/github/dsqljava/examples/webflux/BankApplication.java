package io.github.dsqljava.examples.webflux;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Keeps accounts in Aurora DSQL. On a developer's machine the cluster is a local one; {@code
 * dsql.local.enabled=false} and {@code dsql.endpoint} lead to a real one.
 *
 * <pre>{@code
 * curl -X POST 'localhost:8080/accounts?owner=ann&cents=1000'
 * curl -X POST 'localhost:8080/transfers?from=..&to=..&cents=100'
 * curl localhost:8080/actuator/metrics/dsql.transaction.retries
 * }</pre>
 */
@SpringBootApplication
public class BankApplication {

  /** Starts the service on port 8080. */
  public static void main(String[] arguments) {
    SpringApplication.run(BankApplication.class, arguments);
  }
}
