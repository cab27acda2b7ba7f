package io.github.dsqljava.testsupport;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every options type has the one style that "One style for options" in {@code
 * docs/design-decisions.md} describes. A module's tests extend this with the types that they know.
 */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class OptionsStyleTests {
  private final OptionsStyle style;
  private final List<Class<?>> required;
  private final List<Class<?>> withDefaults;

  /**
   * Names the types.
   *
   * @param results sample values for types of settings that only this module has, by type
   * @param required types that cannot be built from nothing
   * @param withDefaults all others
   */
  protected OptionsStyleTests(
      Map<Class<?>, Object> results, List<Class<?>> required, List<Class<?>> withDefaults) {
    style = new OptionsStyle(results);
    this.required = List.copyOf(required);
    this.withDefaults = List.copyOf(withDefaults);
  }

  Stream<Class<?>> options() {
    return Stream.concat(required.stream(), withDefaults());
  }

  Stream<Class<?>> withDefaults() {
    return withDefaults.stream();
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
