package io.github.dsqljava.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;

/** Our adapter, and those on the class path. */
final class Adapters {
  private static final List<DsqlLocalAdapter> ALL = all();

  private Adapters() {}

  private static List<DsqlLocalAdapter> all() {
    List<DsqlLocalAdapter> adapters = new ArrayList<>();
    adapters.add(new JdbcAdapter());
    ServiceLoader.load(DsqlLocalAdapter.class, DsqlLocalAdapter.class.getClassLoader())
        .forEach(adapters::add);
    return adapters;
  }

  static Optional<DsqlLocalAdapter> of(Class<?> type) {
    return ALL.stream().filter(adapter -> adapter.offers(type)).findFirst();
  }
}
