package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.dsqljava.spring.DsqlLocalConnection;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.r2dbc.core.DatabaseClient;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@DsqlLocalConnection
class R2dbcTest {
  @Autowired DatabaseClient client;

  @Test
  void client_runsAStatement() {
    assertEquals(
        "admin", client.sql("SELECT current_user::text").mapValue(String.class).one().block());
  }

  @SpringBootApplication
  static class App {}
}
