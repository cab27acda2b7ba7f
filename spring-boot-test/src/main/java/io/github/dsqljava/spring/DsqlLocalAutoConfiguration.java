package io.github.dsqljava.spring;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Import;

/**
 * Does the work of {@link DsqlLocalConnection} for a program on a developer's machine: {@code
 * dsql.local.enabled=true}. Starts no cluster if the program names one.
 */
@AutoConfiguration(
    beforeName = {
      "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
      "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
      "org.springframework.boot.r2dbc.autoconfigure.R2dbcAutoConfiguration",
      "org.springframework.boot.autoconfigure.r2dbc.R2dbcAutoConfiguration"
    })
@ConditionalOnProperty(DsqlLocalAutoConfiguration.ENABLED)
@Import({OneClusterOnly.class, ConnectionRegistrar.class})
public class DsqlLocalAutoConfiguration {
  static final String ENABLED = "dsql.local.enabled";

  /** For Spring. */
  public DsqlLocalAutoConfiguration() {}
}
