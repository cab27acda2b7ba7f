package io.github.dsqljava.junit;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.DsqlLocalBuilder;
import io.github.dsqljava.local.DsqlLocalException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/**
 * The clusters of the JVM that no class uses at the moment, by how they were set up. There are as
 * many as classes have run concurrently; they end with the JVM.
 */
final class SharedClusters {
  private static final Map<Class<? extends ClusterSetup>, Deque<DsqlLocal>> IDLE = new HashMap<>();

  private SharedClusters() {}

  static DsqlLocal take(Class<? extends ClusterSetup> setup) {
    for (DsqlLocal idle = poll(setup); idle != null; idle = poll(setup)) {
      if (isAlive(idle)) {
        return idle;
      }
      idle.close();
    }
    return start(setup);
  }

  private static synchronized @Nullable DsqlLocal poll(Class<? extends ClusterSetup> setup) {
    Deque<DsqlLocal> clusters = IDLE.get(setup);
    return clusters == null ? null : clusters.poll();
  }

  /** A test may have closed it, or killed its PostgreSQL. */
  private static boolean isAlive(DsqlLocal cluster) {
    try {
      return cluster.objects().mark() > 0;
    } catch (DsqlLocalException e) {
      return false;
    }
  }

  static synchronized void giveBack(Class<? extends ClusterSetup> setup, DsqlLocal cluster) {
    // The one that was used last comes first: tests one after the other stay on one cluster.
    IDLE.computeIfAbsent(setup, key -> new ArrayDeque<>()).push(cluster);
  }

  static DsqlLocal start(Class<? extends ClusterSetup> setup) {
    DsqlLocalBuilder builder = DsqlLocal.builder().record(true).sharedAccessKey(true);
    try {
      var constructor = setup.getDeclaredConstructor();
      constructor.setAccessible(true);
      constructor.newInstance().accept(builder);
    } catch (ReflectiveOperationException e) {
      throw new ExtensionConfigurationException(
          setup.getName() + " must have a constructor without parameters that works", e);
    }
    return builder.start();
  }
}
