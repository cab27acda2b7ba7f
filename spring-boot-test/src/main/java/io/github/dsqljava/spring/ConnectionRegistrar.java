package io.github.dsqljava.spring;

import io.github.dsqljava.local.DsqlLocal;
import io.github.dsqljava.local.DsqlLocalBuilder;
import io.github.dsqljava.spring.DsqlLocalConnection.JdbcDriver;
import java.util.function.Function;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/**
 * Adds the beans of {@link DsqlLocalConnection}. Spring Boot 4 has moved the types that they
 * implement, so the classes at hand decide which ones there are.
 */
final class ConnectionRegistrar implements ImportBeanDefinitionRegistrar {
  private static final String CLUSTER = "dsqlLocal";
  private static final String R2DBC = "io.r2dbc.spi.ConnectionFactoryOptions";

  private final BeanFactory beans;

  /** For Spring. */
  ConnectionRegistrar(BeanFactory beans) {
    this.beans = beans;
  }

  @Override
  public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry to) {
    if (to.containsBeanDefinition(CLUSTER)) {
      return;
    }
    JdbcDriver driver =
        importing
            .getAnnotations()
            .get(DsqlLocalConnection.class)
            .getValue("driver", JdbcDriver.class)
            .orElse(JdbcDriver.PGJDBC);
    to.registerBeanDefinition(
        CLUSTER,
        BeanDefinitionBuilder.genericBeanDefinition(DsqlLocal.class, () -> start(driver))
            .setDestroyMethodName("close")
            .getBeanDefinition());
    if (has("org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails")) {
      add(to, Boot3Jdbc.class, cluster -> new Boot3Jdbc(cluster, driver));
    }
    if (has("org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails")) {
      add(to, Boot4Jdbc.class, cluster -> new Boot4Jdbc(cluster, driver));
    }
    if (has(R2DBC) && has("org.springframework.boot.autoconfigure.r2dbc.R2dbcConnectionDetails")) {
      add(to, Boot3R2dbc.class, Boot3R2dbc::new);
    }
    if (has(R2DBC) && has("org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails")) {
      add(to, Boot4R2dbc.class, Boot4R2dbc::new);
    }
  }

  private DsqlLocal start(JdbcDriver driver) {
    // Spring keeps the contexts of several tests, and the JVM has one place for the AWS SDK's keys.
    DsqlLocalBuilder builder = DsqlLocal.builder().sharedAccessKey(true);
    beans
        .getBeanProvider(DsqlLocalCustomizer.class)
        .orderedStream()
        .forEach(customizer -> customizer.customize(builder));
    DsqlLocal cluster = builder.start();
    if (driver == JdbcDriver.AWS) {
      cluster.setSystemProperties();
    }
    return cluster;
  }

  private <T> void add(
      BeanDefinitionRegistry registry, Class<T> type, Function<DsqlLocal, T> details) {
    registry.registerBeanDefinition(
        "dsqlLocal" + type.getSimpleName(),
        BeanDefinitionBuilder.genericBeanDefinition(
                type, () -> details.apply(beans.getBean(CLUSTER, DsqlLocal.class)))
            // Beans that use the cluster end before it.
            .addDependsOn(CLUSTER)
            .getBeanDefinition());
  }

  private static boolean has(String type) {
    return ClassUtils.isPresent(type, ConnectionRegistrar.class.getClassLoader());
  }
}
