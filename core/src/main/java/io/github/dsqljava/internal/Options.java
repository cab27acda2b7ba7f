package io.github.dsqljava.internal;

import io.github.dsqljava.InvalidConfigurationException;
import java.time.Duration;
import java.util.Objects;

/**
 * Shared code of the options types. Each is a final class around a private record of its values,
 * which provides {@code equals}, {@code hashCode} and the text. Its builder checks a value when it
 * is set.
 */
public final class Options {

  private Options() {}

  /**
   * Checks a number.
   *
   * @return the value
   * @throws InvalidConfigurationException if it is not between the two others, or one of them
   */
  public static int inRange(String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw outOfRange(name, value, least, most);
    }
    return value;
  }

  /**
   * Checks a duration.
   *
   * @return the value
   * @throws InvalidConfigurationException if it is not between the two others, or one of them
   */
  public static Duration inRange(String name, Duration value, Duration least, Duration most) {
    Objects.requireNonNull(value, name);
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw outOfRange(name, value, least, most);
    }
    return value;
  }

  private static InvalidConfigurationException outOfRange(
      String name, Object value, Object least, Object most) {
    return new InvalidConfigurationException(
        name + " is " + value + "; give " + least + " to " + most);
  }

  /** Returns the name of an options type with its values by name. */
  public static String text(Class<?> type, Record values) {
    return type.getSimpleName()
        + values.toString().substring(values.getClass().getSimpleName().length());
  }
}
