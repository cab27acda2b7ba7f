package io.github.dsqljava.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;

/**
 * Connects a Spring Boot application to a local Aurora DSQL of its own: on a test, beside {@code
 * SpringBootTest} or {@code DataJpaTest}, or on a configuration that a main for development adds.
 *
 * <pre>{@code
 * @SpringBootTest
 * @DsqlLocalConnection
 * class OrdersTest { ... }
 * }</pre>
 *
 * <p>The context has three beans more: the {@link io.github.dsqljava.local.DsqlLocal}, which closes
 * with the context, and Spring Boot's {@code JdbcConnectionDetails} and {@code
 * R2dbcConnectionDetails}, each where the application has what it takes. They stand above {@code
 * spring.datasource.url} and {@code spring.r2dbc.url}. Spring keeps contexts for later tests with
 * the same configuration, and so the cluster with what is in it.
 *
 * <p>Every connection logs in with a fresh token. A bean of type {@link DsqlLocalCustomizer} sets
 * the cluster up.
 */
@Documented
@Inherited
@Import(ConnectionRegistrar.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
// Slices such as DataJpaTest would put an embedded database in the place of the data source.
@TestPropertySource(properties = "spring.test.database.replace=NONE")
public @interface DsqlLocalConnection {
  /** Returns which JDBC driver the data source uses. By default pgjdbc. */
  JdbcDriver driver() default JdbcDriver.PGJDBC;

  /** JDBC drivers. */
  enum JdbcDriver {
    /** PostgreSQL's own: {@code org.postgresql:postgresql}. */
    PGJDBC,
    /**
     * AWS's connector on top of it: {@code software.amazon.dsql:aurora-dsql-jdbc-connector}. It
     * takes keys from the AWS SDK's system properties, which are the whole JVM's and are set while
     * the context lives.
     */
    AWS
  }
}
