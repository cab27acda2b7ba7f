package io.github.dsqljava.spring.boot;

import io.github.dsqljava.InvalidConfigurationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Passes properties to builders. If a builder refuses a value, the exception names its property.
 */
final class Given {
  private static final String CORRECT = "Correct the property, or leave it out for its default.";

  private Given() {}

  /** Calls the setter if the property has a value. */
  static <T> void set(String property, @Nullable T value, Consumer<T> setter) {
    if (value != null) {
      var unused =
          build(
              property,
              () -> {
                setter.accept(value);
                return value;
              });
    }
  }

  /** Builds an object from the properties with this common prefix. */
  static <T> T build(String properties, Supplier<T> builder) {
    try {
      return builder.get();
    } catch (InvalidConfigurationException e) {
      throw new InvalidDsqlPropertyException(properties, sentence(e), CORRECT, e);
    }
  }

  private static String sentence(InvalidConfigurationException failure) {
    String text = String.valueOf(failure.getMessage());
    return text.endsWith(".") ? text : text + ".";
  }
}
