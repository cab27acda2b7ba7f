package io.github.dsqljava.vertx;

import io.github.dsqljava.DsqlConfig;
import io.github.dsqljava.local.limits.Limits;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import io.github.dsqljava.testsupport.OptionsStyle;
import io.vertx.core.Future;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every options type has the one style that "One style for options" in {@code
 * docs/design-decisions.md} describes.
 */
class OptionsStyleTest {
  private final OptionsStyle style =
      new OptionsStyle(Map.of(Future.class, Future.succeededFuture()));

  static Stream<Class<?>> options() {
    return Stream.concat(Stream.of(DsqlConfig.class), withDefaults());
  }

  static Stream<Class<?>> withDefaults() {
    return Stream.of(
        RetryPolicy.class,
        PoolPolicy.class,
        PoolSettings.class,
        ClientSettings.class,
        TransactionOptions.class,
        BatchOptions.class,
        Limits.class);
  }

  @ParameterizedTest
  @MethodSource("options")
  void type_isAnImmutableFinalClass_thatOnlyItsBuilderMakes(Class<?> type) throws Exception {
    style.checkThatOnlyItsBuilderMakesIt(type);
  }

  @ParameterizedTest
  @MethodSource("options")
  void setter_isNamedLikeItsGetter(Class<?> type) throws Exception {
    style.checkNames(type);
  }

  @ParameterizedTest
  @MethodSource("options")
  void setter_null_isRefusedByName(Class<?> type) throws Exception {
    style.checkNulls(type);
  }

  @ParameterizedTest
  @MethodSource("withDefaults")
  void setter_changesWhatIsBuilt_andSurvivesToBuilder(Class<?> type) throws Exception {
    style.checkChanges(type);
  }
}
