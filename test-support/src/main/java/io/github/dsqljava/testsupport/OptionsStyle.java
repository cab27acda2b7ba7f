package io.github.dsqljava.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dsqljava.local.limits.Limit;
import io.github.dsqljava.pool.ConnectRate;
import io.github.dsqljava.pool.PoolListener;
import io.github.dsqljava.pool.PoolPolicy;
import io.github.dsqljava.retry.RetryPolicy;
import io.github.dsqljava.retry.TransactionOptions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Checks that a type of options has the one style that "One style for options" in {@code
 * docs/design-decisions.md} describes.
 */
@SuppressWarnings({"NullAway", "InterruptedExceptionSwallowed"}) // as in tests
public final class OptionsStyle {

  /** For each type of a parameter a value that is no default. */
  private static final Map<Class<?>, Object> SAMPLES =
      Map.ofEntries(
          Map.entry(int.class, 7),
          Map.entry(long.class, 7L),
          Map.entry(Duration.class, Duration.ofSeconds(7)),
          Map.entry(Limit.class, Limit.TABLES),
          Map.entry(ConnectRate.class, ConnectRate.of(7, 7)),
          Map.entry(RetryPolicy.class, RetryPolicy.off()),
          Map.entry(PoolPolicy.class, PoolPolicy.builder().maxSize(7).build()),
          Map.entry(PoolListener.class, new PoolListener() {}),
          Map.entry(TransactionOptions.class, TransactionOptions.builder().readOnly(true).build()),
          Map.entry(Consumer.class, (Consumer<Object>) value -> {}),
          Map.entry(Function.class, (Function<Object, Object>) value -> value));

  /** Layers of settings, not settings; and the lookup of one limit of many. */
  private static final Set<String> WITHOUT_GETTER = Set.of("url", "environment", "limit");

  private final Map<Class<?>, Object> samples = new HashMap<>(SAMPLES);

  /**
   * @param more values of types that only a module has
   */
  public OptionsStyle(Map<Class<?>, Object> more) {
    samples.putAll(more);
  }

  /** A type is an immutable final class that only its builder makes. */
  public void checkThatOnlyItsBuilderMakesIt(Class<?> type) throws Exception {
    assertThat(type).isFinal().isNotInstanceOf(Record.class);
    assertThat(type.isRecord()).isFalse();
    assertThat(type.getConstructors()).isEmpty();
    assertThat(type.getDeclaredFields())
        .allMatch(field -> Modifier.isFinal(field.getModifiers()), "is final");
    Class<?> builder = type.getMethod("builder").getReturnType();
    assertThat(builder).isFinal().isPublic().isStatic();
    assertThat(builder.getName()).isEqualTo(type.getName() + "$Builder");
    assertThat(builder.getConstructors()).isEmpty();
    assertThat(type.getMethod("toBuilder").getReturnType()).isEqualTo(builder);
    assertThat(builder.getMethod("build").getReturnType()).isEqualTo(type);
    assertThat(type.getDeclaredMethods())
        .filteredOn(method -> Modifier.isPublic(method.getModifiers()))
        .extracting(Method::getName)
        .noneMatch(name -> name.matches("(get|set|with)[A-Z]?.*"));
  }

  /** A setter is named like its getter. */
  public void checkNames(Class<?> type) throws Exception {
    for (Method setter : setters(type)) {
      assertThat(setter.getReturnType()).as(setter.getName()).isEqualTo(setter.getDeclaringClass());
      if (!WITHOUT_GETTER.contains(setter.getName())) {
        assertThat(gettersOf(type)).contains(setter.getName());
      }
    }
  }

  /** A setter refuses null, by name. */
  public void checkNulls(Class<?> type) throws Exception {
    for (Method setter : setters(type)) {
      if (!setter.getParameterTypes()[0].isPrimitive()) {
        Object[] arguments = samples(setter);
        arguments[0] = null;
        Object builder = type.getMethod("builder").invoke(null);
        assertThatThrownBy(() -> setter.invoke(builder, arguments))
            .as(setter.getName())
            .isInstanceOf(InvocationTargetException.class)
            .cause()
            .isInstanceOf(NullPointerException.class)
            .hasMessage(setter.getName());
      }
    }
  }

  /** A setter changes what is built, and survives toBuilder; for types with defaults. */
  public void checkChanges(Class<?> type) throws Exception {
    Object defaults =
        type.getMethod(type.getSimpleName().equals("Limits") ? "standard" : "defaults")
            .invoke(null);
    assertThat(built(type.getMethod("builder").invoke(null)))
        .isEqualTo(defaults)
        .hasSameHashCodeAs(defaults)
        .hasToString(defaults.toString());
    for (Method setter : setters(type)) {
      Object changed = changed(type, setter);
      assertThat(changed)
          .as(setter.getName())
          .isEqualTo(changed(type, setter))
          .hasSameHashCodeAs(changed(type, setter))
          .isNotEqualTo(defaults)
          .isNotEqualTo(null);
      assertThat(built(type.getMethod("toBuilder").invoke(changed))).isEqualTo(changed);
      assertThat(changed.toString())
          .as(setter.getName())
          .startsWith(type.getSimpleName() + "[")
          .isNotEqualTo(defaults.toString());
      if (has(type, setter.getName())) {
        Object value = type.getMethod(setter.getName()).invoke(changed);
        assertThat(value instanceof Optional<?> optional ? optional.orElseThrow() : value)
            .isEqualTo(samples(setter)[0]);
        assertThat(changed.toString()).contains(setter.getName() + "=");
      }
    }
    assertThat(type.getMethod("toBuilder").invoke(defaults))
        .isNotSameAs(type.getMethod("toBuilder").invoke(defaults));
  }

  private Object changed(Class<?> type, Method setter) throws Exception {
    Object builder = type.getMethod("builder").invoke(null);
    assertThat(setter.invoke(builder, samples(setter))).isSameAs(builder);
    return built(builder);
  }

  private static Object built(Object builder) throws Exception {
    return builder.getClass().getMethod("build").invoke(builder);
  }

  private static List<Method> setters(Class<?> type) throws Exception {
    Method[] methods = type.getMethod("builder").getReturnType().getDeclaredMethods();
    return Arrays.stream(methods)
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> !method.getName().equals("build"))
        .toList();
  }

  private Object[] samples(Method setter) throws Exception {
    if (Arrays.equals(setter.getParameterTypes(), new Class<?>[] {boolean.class})) {
      return new Object[] {!isOn(setter)};
    }
    return Arrays.stream(setter.getParameterTypes()).map(samples::get).toArray();
  }

  /** Whether it is on by default. */
  private static boolean isOn(Method setter) throws Exception {
    Class<?> builder = setter.getDeclaringClass();
    Class<?> type = builder.getEnclosingClass();
    Object unchanged = builder.getMethod("build").invoke(type.getMethod("builder").invoke(null));
    return (boolean) type.getMethod(setter.getName()).invoke(unchanged);
  }

  /**
   * Returns the getters of the type and of its values, because a value may hold several settings.
   */
  private static List<String> gettersOf(Class<?> type) {
    List<String> getters = new ArrayList<>();
    for (Method getter : type.getDeclaredMethods()) {
      if (getter.getParameterCount() == 0 && Modifier.isPublic(getter.getModifiers())) {
        getters.add(getter.getName());
        for (Method inner : getter.getReturnType().getDeclaredMethods()) {
          if (getter.getReturnType().getName().startsWith("io.github.dsqljava")
              && inner.getParameterCount() == 0) {
            getters.add(inner.getName());
          }
        }
      }
    }
    return getters;
  }

  private static boolean has(Class<?> type, String getter) {
    return Arrays.stream(type.getMethods())
        .anyMatch(method -> method.getName().equals(getter) && method.getParameterCount() == 0);
  }
}
