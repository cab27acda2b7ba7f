package io.github.dsqljava.junit;

import io.github.dsqljava.junit.DsqlLocalTest.Cluster;
import io.github.dsqljava.junit.DsqlLocalTest.Reset;
import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.iam.IamPrincipal;
import java.util.HashMap;
import java.util.Map;

/**
 * A class, or a test method, that has a cluster to itself. Knows what was there before its tests.
 */
final class Lease {
  /** Who has it: the unique id of a class or a method in JUnit. */
  final String owner;

  final DsqlLocal cluster;
  private final DsqlLocalTest settings;
  private final long markOfAll;

  /** By the classes, nested ones too, whose tests have run: what was there before the first. */
  private final Map<String, Long> marks = new HashMap<>();

  /** By the ids of the nested classes that run: what was there before them. */
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

  /** Before a nested class that has no cluster to itself. */
  synchronized void enter(String id) {
    if (isReset()) {
      marksOfNested.put(id, cluster.objects().mark());
    }
  }

  /** After a nested class: what it has made goes, unless others run that may have made it. */
  synchronized void leave(String id) {
    Long mark = marksOfNested.remove(id);
    if (mark != null && running == 0 && marksOfNested.keySet().stream().allMatch(id::startsWith)) {
      cluster.objects().dropNewerThan(mark);
    }
  }

  /** Before the first instance of a class whose tests have an instance each. */
  synchronized void markFor(String testClass) {
    if (isReset()) {
      marks.computeIfAbsent(testClass, key -> cluster.objects().mark());
    }
  }

  /** Before a test and its methods that run before each test. */
  synchronized void begin(String testClass) {
    if (running++ == 0) {
      cluster.record().clear();
      markFor(testClass);
    }
  }

  /** After a test, when what was injected is closed. */
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

  /** The cluster's own stays. */
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
