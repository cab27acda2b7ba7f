package com.example;

import io.github.dsqljava.spring.transaction.RetryConflicts;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

@SpringBootApplication
@RestController
public class App {
  private final DatabaseClient database;

  public App(DatabaseClient database) {
    this.database = database;
  }

  public static void main(String[] args) {
    SpringApplication.run(App.class, args);
  }

  @PostMapping("/counters/{name}")
  @Transactional
  @RetryConflicts
  public Mono<Long> increment(@PathVariable("name") String name) {
    return database
        .sql("UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value")
        .bind("$1", name)
        .map(row -> row.get("value", Long.class))
        .one();
  }
}
