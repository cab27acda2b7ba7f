package io.github.dsqljava.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class a local Aurora DSQL. Test methods, methods before and after them, and
 * constructors take as parameters: {@link io.github.dsqljava.local.DsqlLocal}, {@link
 * javax.sql.DataSource} and {@link java.sql.Connection} (with pgjdbc on the class path), and the
 * types that a {@link DsqlLocalAdapter} offers.
 *
 * <pre>{@code
 * @DsqlLocalTest
 * class OrdersTest {
 *   @Test
 *   void orders(Connection connection) throws SQLException { ... }
 * }
 * }</pre>
 *
 * <p>After each test, faults that it armed are gone, and so are the objects that it made; rows that
 * it changed in older tables stay, unless {@link #reset} is {@link Reset#EMPTY_TABLES}. Connections
 * that were injected are closed. A test that fails prints the conflicts and refusals that the
 * cluster recorded.
 *
 * <p>Test classes may run concurrently: each has a cluster to itself while it runs. Test methods of
 * one class that run concurrently share their cluster, and their objects are dropped when none of
 * them runs; with {@link Cluster#PER_METHOD} each has its own.
 */
@Documented
@Inherited
@ExtendWith(DsqlLocalExtension.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface DsqlLocalTest {
  /** Returns the scope of the cluster. By default one class after the other uses the JVM's. */
  Cluster cluster() default Cluster.SHARED;

  /** Returns the clean-up after each test. By default its objects are dropped. */
  Reset reset() default Reset.DROP_OBJECTS;

  /**
   * Returns whether AWS SDKs in this JVM find the cluster's keys: system properties {@code
   * aws.accessKeyId}, {@code aws.secretAccessKey} and {@code aws.region}. Off by default, because
   * they affect the whole JVM. All clusters of these tests have one key, so such classes may run
   * concurrently, unless they set different Regions or keys in their {@link #setup}.
   */
  boolean systemProperties() default false;

  /**
   * Returns the class that sets up the cluster: limits, jobs, Region. By default the service's
   * values.
   */
  Class<? extends ClusterSetup> setup() default ClusterSetup.Standard.class;

  /** The scope of a cluster. */
  enum Cluster {
    /**
     * The JVM's: it starts for the first class that asks for this {@link #setup}, and serves one
     * class at a time. It ends with the JVM.
     */
    SHARED,
    /** A new one for each class. */
    PER_CLASS,
    /** A new one for each test method. */
    PER_METHOD
  }

  /** The clean-up after a test. */
  enum Reset {
    /**
     * The objects that the test made are dropped, faults disarmed, the record emptied. Its changes
     * to older objects stay: rows, columns, indexes, privileges.
     */
    DROP_OBJECTS,
    /**
     * As {@link #DROP_OBJECTS}, and the tables that are left, such as those made before all tests
     * of the class, are emptied. Rows that each test needs are inserted before each test.
     */
    EMPTY_TABLES,
    /** Nothing: tests of the class build on each other. Its objects are dropped after the class. */
    NOTHING
  }
}
