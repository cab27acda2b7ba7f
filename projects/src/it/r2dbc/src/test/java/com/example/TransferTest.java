package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.r2dbc.DsqlR2dbc;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** With the driver's own choice of Reactor and Netty, which is 4.1. */
class TransferTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Test
  void transactionAndBatch() {
    try (DsqlLocal cluster = DsqlLocal.start()) {
      DsqlR2dbc dsql =
          DsqlR2dbc.of(
              DsqlConfig.builder()
                  .endpoint(cluster.host())
                  .port(cluster.port())
                  .region(cluster.region())
                  .caFile(cluster.caFile())
                  .credentialsProvider(
                      StaticCredentialsProvider.create(
                          AwsBasicCredentials.create(
                              cluster.principal().accessKeyId(),
                              cluster.principal().secretAccessKey())))
                  .build());
      Mono.usingWhen(
              dsql.create(),
              connection ->
                  connection
                      .createStatement("CREATE TABLE item (id int PRIMARY KEY)")
                      .execute()
                      .flatMap(result -> result.getRowsUpdated())
                      .then(),
              connection -> connection.close())
          .block(LIMIT);
      assertEquals(
          2,
          dsql.executeMany("INSERT INTO item VALUES ($1)", List.of(List.of(1), List.of(2)))
              .block(LIMIT));
      assertEquals(
          1,
          dsql.inTransaction(
                  connection ->
                      connection
                          .createStatement("DELETE FROM item WHERE id = $1")
                          .bind("$1", 1)
                          .execute()
                          .flatMap(result -> result.getRowsUpdated()))
              .blockLast(LIMIT));
      dsql.close().block(LIMIT);
    }
    String netty = io.netty.util.Version.identify().get("netty-common").artifactVersion();
    assertTrue(netty.startsWith("4.1."), netty);
  }
}
