package io.github.dsqljava.r2dbc;

import static io.github.dsqljava.r2dbc.LocalCluster.await;
import static io.github.dsqljava.r2dbc.LocalCluster.config;
import static io.github.dsqljava.r2dbc.LocalCluster.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.testsupport.DocumentedJava;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** docs/r2dbc.md does what it says. */
class R2dbcDocumentTest {

  @Test
  void javaBlocks_areCompiledCode() throws IOException {
    DocumentedJava.assertCompiled(Path.of("..", "docs", "r2dbc.md"), R2dbcSnippets.class, 5);
  }

  @Test
  void snippets_run() {
    await(((DsqlR2dbc) R2dbcSnippets.url()).close());
    try (DsqlLocal cluster = DsqlLocal.start()) {
      DsqlR2dbc dsql = R2dbcSnippets.builder(config(cluster).build());
      await(dsql.ready());
      execute(dsql, "CREATE TABLE account (id int PRIMARY KEY, balance int)");
      dsql.expireConnections();
      execute(dsql, "CREATE TABLE event (id int PRIMARY KEY, name text)");
      dsql.expireConnections();
      execute(dsql, "INSERT INTO account VALUES (1, 100), (2, 0)");
      assertThat(await(R2dbcSnippets.count(dsql))).isEqualTo(2);
      assertThat(await(R2dbcSnippets.transfer(dsql, 1, 2, 10).collectList()))
          .containsExactly(1L, 1L);
      assertThat(await(R2dbcSnippets.many(dsql))).isEqualTo(2);
      await(dsql.close());
    }
  }
}
