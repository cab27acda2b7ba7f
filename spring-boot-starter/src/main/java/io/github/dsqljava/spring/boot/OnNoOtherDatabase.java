package io.github.dsqljava.spring.boot;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whoever names another database for R2DBC, and no cluster, is not talked out of it. */
final class OnNoOtherDatabase extends SpringBootCondition {
  private static final String OTHER = "spring.r2dbc.url";

  OnNoOtherDatabase() {}

  @Override
  public ConditionOutcome getMatchOutcome(
      ConditionContext context, AnnotatedTypeMetadata metadata) {
    boolean other =
        context.getEnvironment().containsProperty(OTHER)
            && !ConfigBuilder.namesCluster(context.getEnvironment())
            && !context.getRegistry().containsBeanDefinition("dsqlLocal")
            && !context.getRegistry().containsBeanDefinition("dsqlConfig");
    ConditionMessage.Builder message = ConditionMessage.forCondition("Another database");
    return other
        ? ConditionOutcome.noMatch(message.because(OTHER + " is set, and no dsql.endpoint"))
        : ConditionOutcome.match(message.because("none is named for R2DBC"));
  }
}
