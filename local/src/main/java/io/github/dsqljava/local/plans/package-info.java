/**
 * Plans: PostgreSQL's answers to EXPLAIN in the service's form. PostgreSQL answers in JSON, from
 * which the client's answer is made.
 */
@NullMarked
package io.github.dsqljava.local.plans;

import org.jspecify.annotations.NullMarked;
