/**
 * Plans: PostgreSQL's answers to EXPLAIN in the service's form. PostgreSQL gives JSON; what the
 * client gets is made of that.
 */
@NullMarked
package io.github.dsqljava.local.plans;

import org.jspecify.annotations.NullMarked;
