package io.github.dsqljava.junit;

import io.github.dsqljava.local.DsqlLocal;

/**
 * Offers test methods parameters of further types, such as the pool of a connector. Found by {@link
 * java.util.ServiceLoader} under the name of this interface.
 */
public interface DsqlLocalAdapter {
  /** Returns whether it offers this type. */
  boolean offers(Class<?> type);

  /**
   * Makes an object for one parameter.
   *
   * @param type one that it {@linkplain #offers offers}
   * @throws Exception if it cannot; fails the test
   */
  Object create(Class<?> type, DsqlLocal cluster) throws Exception;

  /**
   * Ends what {@link #create} has made, after the test. By default closes what is {@link
   * AutoCloseable}.
   *
   * @throws Exception if it cannot; fails the test
   */
  default void close(Object made) throws Exception {
    if (made instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }
}
