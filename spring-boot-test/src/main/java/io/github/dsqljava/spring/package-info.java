/** dsql-local for Spring Boot 3.5 and 4: {@link io.github.dsqljava.spring.DsqlLocalConnection}. */
@NullMarked
package io.github.dsqljava.spring;

import org.jspecify.annotations.NullMarked;
