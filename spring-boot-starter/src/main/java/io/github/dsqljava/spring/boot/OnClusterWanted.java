package io.github.dsqljava.spring.boot;

import java.util.List;
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
 * Does not match if the program makes its own connections and names no cluster. Without connections
 * of its own it always matches, so that a missing cluster is reported at the start.
 */
final class OnClusterWanted extends SpringBootCondition implements ConfigurationCondition {

  /** The types of a program's own connections. */
  private static final List<String> CONNECTIONS =
      List.of(
          "io.r2dbc.spi.ConnectionFactory",
          "io.github.dsqljava.vertx.DsqlConnector",
          "io.github.dsqljava.vertx.DsqlPool");

  OnClusterWanted() {}

  /** Evaluated when the program's beans are registered. */
  @Override
  public ConfigurationPhase getConfigurationPhase() {
    return ConfigurationPhase.REGISTER_BEAN;
  }

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    ConditionMessage.Builder message = ConditionMessage.forCondition("Aurora DSQL");
    ConfigurableListableBeanFactory beans = context.getBeanFactory();
    if (beans == null
        || ClusterBeans.sayWhereTheClusterIs(beans)
        || ConfigBuilder.namesCluster(context.getEnvironment())) {
      return ConditionOutcome.match(message.because("a cluster is named"));
    }
    String own = connectionOfTheProgram(beans, context.getClassLoader());
    return own == null
        ? ConditionOutcome.match(message.because("the program has no connection of its own"))
        : ConditionOutcome.noMatch(
            message.because(
                "the program has a bean of type "
                    + own
                    + ", and neither dsql.endpoint nor CLUSTER_ENDPOINT names a cluster"));
  }

  private static @Nullable String connectionOfTheProgram(
      ConfigurableListableBeanFactory beans, @Nullable ClassLoader loader) {
    for (String type : CONNECTIONS) {
      if (ClassUtils.isPresent(type, loader)
          && ClusterBeans.areThePrograms(beans, ClassUtils.resolveClassName(type, loader))) {
        return type;
      }
    }
    return null;
  }
}
