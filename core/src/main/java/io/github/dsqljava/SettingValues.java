package io.github.dsqljava;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Values by setting: one layer of a configuration. Not thread-safe. */
final class SettingValues {

  private final Map<Setting<?>, Object> values = new HashMap<>();

  SettingValues() {}

  SettingValues(SettingValues other) {
    values.putAll(other.values);
  }

  <T> void put(Setting<T> setting, T value) {
    values.put(setting, value);
  }

  <T> void parse(Setting<T> setting, String text, String source) {
    put(setting, setting.parse(text, source));
  }

  boolean has(Setting<?> setting) {
    return values.containsKey(setting);
  }

  <T> Optional<T> find(Setting<T> setting) {
    @SuppressWarnings("unchecked") // put is the only way in and pairs the types
    T value = (T) values.get(setting);
    return Optional.ofNullable(value);
  }

  <T> T get(Setting<T> setting) {
    return find(setting).orElseThrow();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SettingValues that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }
}
