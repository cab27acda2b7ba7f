package com.example;

import io.github.dsqljava.local.DsqlLocal;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.Map;

/** A local cluster in the place of the service. */
public class Cluster implements QuarkusTestResourceLifecycleManager {
  private DsqlLocal cluster;

  @Override
  public Map<String, String> start() {
    cluster = DsqlLocal.builder().clusterId("abcdefghijklmnopqrstuvwxyz").start();
    cluster.setSystemProperties();
    return Map.of(
        "quarkus.datasource.reactive.url",
        "postgresql://" + cluster.clusterHost() + ":" + cluster.port() + "/postgres",
        "quarkus.datasource.reactive.trust-certificate-pem.certs",
        cluster.caFile().toString());
  }

  @Override
  public void stop() {
    cluster.close();
  }
}
