package io.github.dsqljava.spring;

import java.util.List;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/** A program that names a cluster and asks for a local one means one of them; nobody guesses. */
final class OneClusterOnly implements ImportBeanDefinitionRegistrar {
  private static final List<String> NAMED =
      List.of("dsql.endpoint", "dsql.url", "CLUSTER_ENDPOINT");

  private final Environment environment;

  /** For Spring. */
  OneClusterOnly(Environment environment) {
    this.environment = environment;
  }

  @Override
  public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry to) {
    for (String name : NAMED) {
      if (!environment.getProperty(name, "").isEmpty()) {
        // A URL may hold a password, so the value is not said.
        throw new IllegalStateException(
            DsqlLocalAutoConfiguration.ENABLED
                + " is true, and "
                + name
                + " is set: leave out one of them, or set it in the profile that it is meant for");
      }
    }
  }
}
