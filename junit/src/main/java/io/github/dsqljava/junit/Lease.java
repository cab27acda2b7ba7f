package io.github.dsqljava.junit;

import io.github.dsqljava.junit.DsqlLocalTest.Cluster;
import io.github.dsqljava.junit.DsqlLocalTest.Reset;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.iam.IamPrincipal;
import java.util.HashMap;
import java.util.Map;

/**
 * The use of a cluster by one class or test method. Knows the marks before its tests, to drop newer
 * objects.
 */
final class Lease {
  /** The owner: JUnit's unique id of a class or a method. */
  final String owner;

  final DsqlLocal cluster;
  private final DsqlLocalTest settings;
  private final long markOfAll;

  /** The mark before the first test of each class, nested ones too. */
  private final Map<String, Long> marks = new HashMap<>();

  /** The mark before each running nested class, by its id. */
  private final Map<String, Long> marksOfNested = new HashMap<>();

  private int running;

  private Lease(String owner, DsqlLocal cluster, DsqlLocalTest settings) {
    this.owner = owner;
    this.cluster = cluster;
    this.settings = settings;
    this.markOfAll = isShared() ? cluster.objects().mark() : 0;
    if (settings.systemProperties()) {
      cluster.setSystemProperties();
    }
  }

  static Lease take(String owner, DsqlLocalTest settings) {
    return new Lease(
        owner,
        settings.cluster() == Cluster.SHARED
            ? SharedClusters.take(settings.setup())
            : SharedClusters.start(settings.setup()),
        settings);
  }

  private boolean isShared() {
    return settings.cluster() == Cluster.SHARED;
  }

  private boolean isReset() {
    return settings.cluster() != Cluster.PER_METHOD && settings.reset() != Reset.NOTHING;
  }

  /** Called before a nested class that shares the cluster. */
  synchronized void enter(String id) {
    if (isReset()) {
      marksOfNested.put(id, cluster.objects().mark());
    }
  }

  /** Called after a nested class: drops its objects, unless others run that may have made them. */
  synchronized void leave(String id) {
    Long mark = marksOfNested.remove(id);
    if (mark != null && running == 0 && marksOfNested.keySet().stream().allMatch(id::startsWith)) {
      cluster.objects().dropNewerThan(mark);
    }
  }

  /** Called before the first instance of a class whose tests have an instance each. */
  synchronized void markFor(String testClass) {
    if (isReset()) {
      marks.computeIfAbsent(testClass, key -> cluster.objects().mark());
    }
  }

  /** Called before a test and the methods that run before each test. */
  synchronized void begin(String testClass) {
    if (running++ == 0) {
      cluster.record().clear();
      markFor(testClass);
    }
  }

  /** Called after a test, when the injected objects are closed. */
  synchronized void end(String testClass) {
    if (--running == 0 && isReset()) {
      cluster.faults().clear();
      Long mark = marks.get(testClass);
      if (mark != null) {
        cluster.objects().dropNewerThan(mark);
      }
      if (settings.reset() == Reset.EMPTY_TABLES) {
        cluster.objects().emptyTables();
      }
    }
  }

  void giveBack() {
    if (!isShared()) {
      cluster.close();
      return;
    }
    try {
      if (settings.systemProperties()) {
        cluster.restoreSystemProperties();
      }
      cluster.faults().clear();
      cluster.record().clear();
      cluster.record().start();
      forgetPrincipals();
      cluster.objects().dropNewerThan(markOfAll);
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
    SharedClusters.giveBack(settings.setup(), cluster);
  }

  /** Removes all principals but the cluster's own. */
  private void forgetPrincipals() {
    String own = cluster.principal().accessKeyId();
    for (IamPrincipal principal : cluster.iam().principals()) {
      if (!principal.accessKeyId().equals(own)) {
        cluster.iam().remove(principal.accessKeyId());
      }
    }
    if (cluster.iam().byAccessKeyId(own).isEmpty()) {
      cluster.iam().add(cluster.principal());
    }
  }
}
