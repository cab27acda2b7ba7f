package com.example;

import io.github.dsqljava.spi.TokenSource;
import io.quarkus.credentials.CredentialsProvider;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Named;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Quarkus asks for user and password for each new connection, on a worker thread. */
@ApplicationScoped
@Named("dsql")
public class DsqlCredentials implements CredentialsProvider {
  private final AtomicInteger asked = new AtomicInteger();
  private final String user;
  private final TokenSource tokens;

  DsqlCredentials(
      @ConfigProperty(name = "dsql.host") String host,
      @ConfigProperty(name = "dsql.user") String user) {
    this.user = user;
    this.tokens = TokenSource.of(host, user);
  }

  @Override
  public Map<String, String> getCredentials(String credentialsProviderName) {
    asked.incrementAndGet();
    return Map.of(
        USER_PROPERTY_NAME, user, PASSWORD_PROPERTY_NAME, tokens.awaitToken().value());
  }

  /** How often Quarkus has asked. */
  int asked() {
    return asked.get();
  }

  @PreDestroy
  void close() {
    tokens.close();
  }
}
