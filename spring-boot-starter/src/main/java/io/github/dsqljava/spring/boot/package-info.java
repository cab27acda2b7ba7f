/**
 * Aurora DSQL in Spring Boot: connections from properties, and transactions that run again after a
 * conflict.
 */
@NullMarked
package io.github.dsqljava.spring.boot;

import org.jspecify.annotations.NullMarked;
