package io.github.dsqljava.vertx;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.limits.Limits;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.testsupport.OptionsStyleTests;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/** The options types of this module, of core and of dsql-local. */
class OptionsStyleTest extends OptionsStyleTests {
  OptionsStyleTest() {
    super(
        Map.of(Future.class, Future.succeededFuture()),
        List.of(DsqlConfig.class),
        List.of(
            RetryPolicy.class,
            PoolPolicy.class,
            PoolSettings.class,
            ClientSettings.class,
            TransactionOptions.class,
            BatchOptions.class,
            Limits.class));
  }
}
