package io.github.dsqljava.spring.boot;

import io.github.dsqljava.DsqlConfig;
import java.util.Set;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Looks for beans by their definitions, and makes none of them. */
final class ClusterBeans {
  private static final Set<String> OURS =
      Set.of(
          DsqlR2dbcAutoConfiguration.class.getName(), DsqlVertxAutoConfiguration.class.getName());

  private ClusterBeans() {}

  /** Whether a {@link DsqlConfig} is there that is not made from properties. */
  static boolean sayWhereTheClusterIs(ConfigurableListableBeanFactory beans) {
    for (String name : names(beans, DsqlConfig.class)) {
      // The starter's own config always exists; another class makes that of a local cluster.
      if (!factoryClass(beans, name).equals(DsqlAutoConfiguration.class.getName())) {
        return true;
      }
    }
    return false;
  }

  /** Whether the program itself, and not this starter, has made a bean of the type. */
  static boolean areThePrograms(ConfigurableListableBeanFactory beans, Class<?> type) {
    for (String name : names(beans, type)) {
      if (!OURS.contains(factoryClass(beans, name))) {
        return true;
      }
    }
    return false;
  }

  static String[] names(ConfigurableListableBeanFactory beans, Class<?> type) {
    return BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
        beans, type, /* includeNonSingletons= */ true, /* allowEagerInit= */ false);
  }

  /** The class whose method makes the bean, or nothing. */
  private static String factoryClass(ConfigurableListableBeanFactory beans, String name) {
    if (!beans.containsBeanDefinition(name)
        || !(beans.getBeanDefinition(name) instanceof AnnotatedBeanDefinition definition)) {
      return "";
    }
    var method = definition.getFactoryMethodMetadata();
    return method == null ? "" : method.getDeclaringClassName();
  }
}
