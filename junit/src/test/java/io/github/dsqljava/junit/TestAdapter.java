package io.github.dsqljava.junit;

import io.github.dsqljava.local.DsqlLocal;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Offers the port of the cluster as an Integer. */
public final class TestAdapter implements DsqlLocalAdapter {
  static final List<Object> CLOSED = new CopyOnWriteArrayList<>();

  @Override
  public boolean offers(Class<?> type) {
    return type == Integer.class;
  }

  @Override
  public Object create(Class<?> type, DsqlLocal cluster) {
    return cluster.port();
  }

  @Override
  public void close(Object made) {
    CLOSED.add(made);
  }
}
