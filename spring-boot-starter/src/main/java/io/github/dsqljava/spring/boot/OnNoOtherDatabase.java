package io.github.dsqljava.spring.boot;

import io.github.dsqljava.DsqlConfig;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;

/**
 * Does not match if the program names another database for R2DBC and no cluster. Beans take
 * precedence over properties, as everywhere in Spring Boot: first a {@link DsqlConfig} of the
 * program's or of a local cluster, then connection details (a container's, for example), then the
 * properties.
 */
final class OnNoOtherDatabase extends SpringBootCondition implements ConfigurationCondition {
  private static final String OTHER = "spring.r2dbc.url";

  /** Boot's type of a service connection, in 4 and in 3. */
  private static final String[] DETAILS = {
    "org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails",
    "org.springframework.boot.autoconfigure.r2dbc.R2dbcConnectionDetails"
  };

  OnNoOtherDatabase() {}

  /** Evaluated when the program's beans are registered. */
  @Override
  public ConfigurationPhase getConfigurationPhase() {
    return ConfigurationPhase.REGISTER_BEAN;
  }

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    ConditionMessage.Builder message = ConditionMessage.forCondition("Another database");
    ConfigurableListableBeanFactory beans = context.getBeanFactory();
    if (beans != null && ClusterBeans.sayWhereTheClusterIs(beans)) {
      return ConditionOutcome.match(message.because("a bean says where the cluster is"));
    }
    if (beans != null && hasDetails(beans, context.getClassLoader())) {
      return ConditionOutcome.noMatch(message.because("R2dbcConnectionDetails lead elsewhere"));
    }
    return context.getEnvironment().containsProperty(OTHER)
            && !ConfigBuilder.namesCluster(context.getEnvironment())
        ? ConditionOutcome.noMatch(message.because(OTHER + " is set, and no dsql.endpoint"))
        : ConditionOutcome.match(message.because("none is named for R2DBC"));
  }

  private static boolean hasDetails(
      ConfigurableListableBeanFactory beans, @Nullable ClassLoader loader) {
    for (String type : DETAILS) {
      if (ClassUtils.isPresent(type, loader)
          && ClusterBeans.names(beans, ClassUtils.resolveClassName(type, loader)).length > 0) {
        return true;
      }
    }
    return false;
  }
}
